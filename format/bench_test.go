package format_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"spoor"
	"spoor/format"
	"spoor/format/amlsim"
	"spoor/format/amlworld"
	"spoor/format/fincen"
	"spoor/format/plain"
	"spoor/format/tide"
)

type reader interface {
	Read([]spoor.Payment) (int, error)
}

const benchRows = 100_000

// benches are files as the generators of each format write them, in memory.
var benches = []struct {
	name   string
	make   func(r *rand.Rand) []byte
	reader func(src io.Reader) reader
}{
	{"amlworld", makeAMLworld, func(src io.Reader) reader { return amlworld.NewReader("bench", src) }},
	{"amlsim-old", makeAMLSimOld, func(src io.Reader) reader { return amlsim.NewReader("bench", src) }},
	{"amlsim-new", makeAMLSimNew, func(src io.Reader) reader { return amlsim.NewReader("bench", src) }},
	{"tide", makeTide, func(src io.Reader) reader { return tide.NewReader("bench", src) }},
	{"plain", makePlain, func(src io.Reader) reader { return plain.NewReader("bench", src) }},
	{"fincen", makeFinCEN, func(src io.Reader) reader { return fincen.NewReader("bench", src) }},
}

// BenchmarkRead measures payments/s on one core. Beside each format,
// encoding/csv only splits the same bytes and throws the fields away: the most
// that a reader built on it could reach.
func BenchmarkRead(b *testing.B) {
	for _, bench := range benches {
		data := bench.make(rand.New(rand.NewPCG(1, 2)))
		b.Run(bench.name+"/spoor", func(b *testing.B) {
			measure(b, data, func() int { return drain(b, bench.reader(bytes.NewReader(data))) })
		})
		b.Run(bench.name+"/encoding-csv-split-only", func(b *testing.B) {
			measure(b, data, func() int { return splitOnly(b, data) })
		})
	}
}

func measure(b *testing.B, data []byte, run func() int) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		rows += run()
	}
	if rows != b.N*benchRows {
		b.Fatalf("%d rows, want %d", rows, b.N*benchRows)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "payments/s")
}

func drain(tb testing.TB, r reader) (rows int) {
	batch := make([]spoor.Payment, 512)
	for {
		n, err := r.Read(batch)
		rows += n
		if err == io.EOF {
			return rows
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func splitOnly(tb testing.TB, data []byte) (rows int) {
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord = true
	for {
		_, err := r.Read()
		if err == io.EOF {
			return rows - 1
		}
		if err != nil {
			tb.Fatal(err)
		}
		rows++
	}
}

func makeAMLworld(r *rand.Rand) []byte {
	var b bytes.Buffer
	w := amlworld.NewWriter(&b)
	for i := range benchRows {
		p := benchPayment(r, i)
		if err := w.Write(&p); err != nil {
			panic(err)
		}
	}
	w.Flush()
	return b.Bytes()
}

func makePlain(r *rand.Rand) []byte {
	var b bytes.Buffer
	w := plain.NewWriter(&b)
	for i := range benchRows {
		p := benchPayment(r, i)
		p.ID = fmt.Sprintf("%08x-%04x-4%03x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12))
		p.FromCountry, p.ToCountry = spoor.Country{'I', 'T'}, spoor.Country{'N', 'L'}
		p.FromName, p.ToName = "Sole Proprietorship 50438", "Partnership 35397"
		if err := w.Write(&p); err != nil {
			panic(err)
		}
	}
	w.Flush()
	return b.Bytes()
}

func benchPayment(r *rand.Rand, i int) spoor.Payment {
	currency := []spoor.Currency{spoor.USD, spoor.USD, spoor.EUR}[r.IntN(3)]
	paid := spoor.Money{Amount: r.Int64N(1e7) + 1, Currency: currency}
	received := paid
	if r.IntN(70) == 0 { // AMLworld converts 1.4 % of payments
		received = spoor.Money{Amount: r.Int64N(1e7) + 1, Currency: spoor.EUR}
	}
	return spoor.Payment{
		Time:     1661990400 + spoor.Instant(i/5)*60,
		From:     spoor.AccountID{Bank: fmt.Sprint(r.IntN(300000)), Number: fmt.Sprintf("8%08X", r.Uint32())},
		To:       spoor.AccountID{Bank: fmt.Sprint(r.IntN(300000)), Number: fmt.Sprintf("8%08X", r.Uint32())},
		Paid:     paid,
		Received: received,
		Channel:  []spoor.Channel{spoor.CreditTransfer, spoor.Cheque, spoor.Card, spoor.Cash}[r.IntN(4)],
		Label:    spoor.Licit,
	}
}

func makeAMLSimOld(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("sourceNodeId,targetNodeId,value,time\n")
	for i := range benchRows {
		fmt.Fprintf(&b, "%d,%d,%.2f,%d\n", r.IntN(20000), r.IntN(20000), r.Float64()*300, i/800)
	}
	return b.Bytes()
}

func makeAMLSimNew(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id\n")
	for i := range benchRows {
		fmt.Fprintf(&b, "%d,%d,%d,%s,%.2f,%sT00:00:00Z,False,-1\n", i, r.IntN(20000), r.IntN(20000),
			[]string{"WIRE", "CREDIT", "DEPOSIT", "TRANSFER"}[r.IntN(4)], r.Float64()*300,
			spoor.Instant(1300000000+i/800*86400).Date())
	}
	return b.Bytes()
}

func makeTide(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("src,dest,edge_type,amount,currency,is_fraudulent,ownership_percentage,ownership_start_date," +
		"time_since_previous_transaction,timestamp,transaction_type\n")
	for i := range benchRows {
		fmt.Fprintf(&b, "acc_%d,acc_%d,transaction,%.2f,EUR,False,,,%d:%02d:12,%s,%s\n",
			r.IntN(50000), r.IntN(50000), r.Float64()*3000, r.IntN(90), r.IntN(60),
			spoor.Instant(1672531200+i*40).Time().Format("2006-01-02 15:04:05"),
			[]string{"transfer", "payment", "salary", "deposit", "withdrawal"}[r.IntN(5)])
	}
	return b.Bytes()
}

func makeFinCEN(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("id,icij_sar_id,filer_org_name_id,filer_org_name,begin_date,end_date,originator_bank_id,originator_bank," +
		"originator_bank_country,originator_iso,beneficiary_bank_id,beneficiary_bank,beneficiary_bank_country,beneficiary_iso," +
		"number_transactions,amount_transactions\n")
	for i := range benchRows {
		fmt.Fprintf(&b, "%d,%d,a-bank,A Bank,\"Mar %d, 2015\",\"Sep 25, 2015\",bank-%d,\"Bank, %d\",Latvia,LVA,bank-%d,Bank %d,Switzerland,CHE,%d,%.2f\n",
			i, r.IntN(4000), 1+r.IntN(28), r.IntN(900), r.IntN(900), r.IntN(900), r.IntN(900), 1+r.IntN(90), r.Float64()*1e6)
	}
	return b.Bytes()
}

// BenchmarkSource measures an AMLworld file on disk through Open, as it is and
// compressed.
func BenchmarkSource(b *testing.B) {
	data := makeAMLworld(rand.New(rand.NewPCG(1, 2)))
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(data)
	w.Close()
	for name, content := range map[string][]byte{"file": data, "gzip": zipped.Bytes()} {
		path := filepath.Join(b.TempDir(), name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			measure(b, data, func() int {
				s, err := format.Open([]string{path}, nil, format.Options{})
				if err != nil {
					b.Fatal(err)
				}
				defer s.Close()
				return drain(b, s)
			})
		})
	}
}
