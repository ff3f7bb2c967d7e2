package draw_test

import (
	"fmt"

	"spoor"
	"spoor/draw"
)

// start is Monday, 2 March 2026, 09:00 UTC.
const start spoor.Instant = 1772442000

// scheme: street cash, three fronts, layering in three countries, an offshore
// company, a building.
func scheme() *draw.Flow {
	f := &draw.Flow{
		Title:    "Where the street cash went",
		Subtitle: "Trace forward from 214 cash deposits in Naples, first in first out, until 30 April 2026",
		Footer:   "Method: FIFO. Source: payments of three members, journal 41 882 to 60 113. Money that left the data is shown as outside.",
		Currency: spoor.EUR,
		Nodes: []draw.Node{
			{ID: "cash:naples", Label: "Street cash", Note: "Naples", Kind: draw.Source},
			{ID: "IT60X0542811101000000123456", Label: "Bar Aurora Srl", Note: "café, IT"},
			{ID: "IT28W8000000292100645211151", Label: "Lavanderia Sole", Note: "laundry, IT"},
			{ID: "IT15V0300203280284975661141", Label: "Autolavaggio Vesuvio & Figli", Note: "car wash, IT"},
			{ID: "DE89370400440532013000", Label: "Nordhandel GmbH", Note: "trade, DE"},
			{ID: "CZ6508000000192000145399", Label: "Bohemia Trade s.r.o.", Note: "trade, CZ"},
			{ID: "LV80BANK0000435195001", Label: "Baltika Holding SIA", Note: "LV", Kind: draw.Focus},
			{ID: "VG96VPVG0000012345678901", Label: "Coral Reef Ltd", Note: "offshore, VG"},
			{ID: "ATM", Label: "Cash withdrawals", Kind: draw.Outside},
			{ID: "ES9121000418450200051332", Label: "Costa Promociones SL", Note: "notary escrow, ES", Kind: draw.Holding, Value: 168_000_000},
			{ID: "ES-REG-29-1188", Label: "Building, Calle Larios 4", Note: "Málaga, ES", Kind: draw.Holding, Value: 310_000_000},
		},
	}
	pay := func(from, to int, euros int64, days, count int) {
		f.Links = append(f.Links, draw.Link{
			From: from, To: to, Amount: euros * 100, Count: count,
			Time: start + spoor.Instant(days)*spoor.Day, Last: start + spoor.Instant(days+min(count/8, 12))*spoor.Day,
		})
	}
	pay(0, 1, 2_150_000, 0, 96)
	pay(0, 2, 1_740_000, 1, 71)
	pay(0, 3, 1_420_000, 1, 47)
	pay(1, 4, 1_900_000, 9, 22)
	pay(1, 5, 210_000, 10, 4)
	pay(2, 4, 640_000, 11, 9)
	pay(2, 5, 1_080_000, 11, 14)
	pay(3, 6, 1_390_000, 12, 17)
	pay(4, 6, 1_150_000, 16, 11)
	pay(4, 7, 1_340_000, 18, 7)
	pay(5, 6, 1_210_000, 19, 10)
	pay(6, 7, 3_520_000, 24, 9)
	pay(6, 8, 230_000, 25, 31)
	pay(7, 9, 1_680_000, 33, 2)
	pay(7, 10, 3_100_000, 36, 1)
	pay(7, 4, 60_000, 38, 1)
	return f
}

func account(i int) string { return fmt.Sprintf("DE%020d", 37040044053201300+i*7919) }

// scatterGather is one account that pays sixteen, which pay one.
func scatterGather() *draw.Flow {
	f := &draw.Flow{Title: "Alert 2026-0117: scatter-gather", Subtitle: "One account paid sixteen, which paid one, within 31 hours", Currency: spoor.USD}
	f.Nodes = append(f.Nodes, draw.Node{ID: account(0), Label: "DE…1300", Note: "M. Weber, DE", Kind: draw.Focus})
	for i := range 16 {
		f.Nodes = append(f.Nodes, draw.Node{ID: account(i + 1), Label: fmt.Sprintf("DE…%04d", 4411+i*379), Note: "opened 2026-02"})
	}
	f.Nodes = append(f.Nodes, draw.Node{ID: "CY17002001280000001200527600", Label: "CY…7600", Note: "Aphrodite Ltd, CY"})
	for i := range 16 {
		t := start + spoor.Instant(i)*47*spoor.Minute
		amount := int64(9_150_00 + i*i*1713)
		f.Links = append(f.Links,
			draw.Link{From: 0, To: i + 1, Amount: amount, Time: t},
			draw.Link{From: i + 1, To: 17, Amount: amount - 4_700, Time: t + 14*spoor.Hour + spoor.Instant(i%5)*spoor.Hour})
	}
	return f
}

// cycle is money that comes home in ten hops.
func cycle() *draw.Flow {
	f := &draw.Flow{Title: "Alert 2026-0204: cycle of ten", Subtitle: "48 200.00 EUR came back as 46 031.00 EUR within nine days", Currency: spoor.EUR}
	for i := range 10 {
		kind := draw.Ordinary
		if i == 0 {
			kind = draw.Focus
		}
		f.Nodes = append(f.Nodes, draw.Node{ID: account(i), Label: fmt.Sprintf("Account %d", i+1), Note: []string{"IT", "DE", "CZ", "LV", "CY"}[i%5], Kind: kind})
		f.Links = append(f.Links, draw.Link{From: i, To: (i + 1) % 10, Amount: 4_820_000 - int64(i)*24_100, Time: start + spoor.Instant(i)*21*spoor.Hour})
	}
	return f
}

// fan is one account that pays thirty.
func fan() *draw.Flow {
	f := &draw.Flow{Title: "Fan-out of thirty", Currency: spoor.EUR, Nodes: []draw.Node{{ID: account(0), Label: "Payroll Plus SpA", Note: "IT", Kind: draw.Focus}}}
	for i := range 30 {
		f.Nodes = append(f.Nodes, draw.Node{ID: account(i + 1), Label: fmt.Sprintf("IT…%04d", 1200+i*211), Note: "IT"})
		f.Links = append(f.Links, draw.Link{From: 0, To: i + 1, Amount: int64(90_000 + (i*7919)%410_000), Time: start + spoor.Instant(i)*2*spoor.Hour})
	}
	return f
}

// sameLinks has parallel payments, a payment to itself, one back, and one past
// several columns.
func sameLinks() *draw.Flow {
	return &draw.Flow{
		Title: "Odd links", Currency: spoor.EUR,
		Nodes: []draw.Node{{ID: "a", Label: "A", Kind: draw.Source}, {ID: "b", Label: "B"}, {ID: "c", Label: "C"}, {ID: "d", Label: "D", Kind: draw.Holding, Value: 50_00}},
		Links: []draw.Link{
			{From: 0, To: 1, Amount: 100_00, Time: start}, {From: 0, To: 1, Amount: 20_00, Time: start + spoor.Day},
			{From: 1, To: 1, Amount: 30_00, Time: start + 2*spoor.Day}, {From: 1, To: 2, Amount: 90_00, Time: start + 3*spoor.Day},
			{From: 2, To: 1, Amount: 10_00, Time: start + 4*spoor.Day}, {From: 2, To: 3, Amount: 70_00, Time: start + 5*spoor.Day},
			{From: 0, To: 3, Amount: 40_00, Time: start + 6*spoor.Day}, {From: 3, To: 0, Amount: 5_00, Time: start + 7*spoor.Day},
		},
	}
}

// hostile has names that try to break out.
func hostile() *draw.Flow {
	return &draw.Flow{
		Title: "</svg><script>alert(1)</script>", Subtitle: "\x1b[2J\u202egnp.exe", Footer: `"><img src=x onerror=alert(1)>`,
		Currency: spoor.EUR,
		Nodes: []draw.Node{
			{ID: "]]>&amp;", Label: "<b>A & B</b>\x00\x07\x1b[31m", Note: "'\"><svg/onload=1>"},
			{ID: "שלום", Label: "חברת שלום בע״מ", Note: "مؤسسة"},
			{ID: "\xff\xfe\xc0", Label: "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301b\ufffe", Note: "株式会社スプーア東京支店普通預金口座番号一二三四五六七"},
		},
		Links: []draw.Link{{From: 0, To: 1, Amount: 1_00, Time: start, Note: "--><!--"}, {From: 1, To: 2, Amount: 2_00, Note: "\r\n\u2028"}},
	}
}

func examples() map[string]*draw.Flow {
	return map[string]*draw.Flow{
		"scheme": scheme(), "scatter": scatterGather(), "cycle": cycle(), "fan": fan(), "odd": sameLinks(), "hostile": hostile(),
		"empty": {Title: "Nothing moved"}, "one": {Nodes: []draw.Node{{ID: "DE1", Label: "Alone", Value: 5_00, Kind: draw.Holding}}, Currency: spoor.EUR},
	}
}
