package format

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor"
	"spoor/format/plain"
)

const (
	plainHead  = "time,from_account,to_account,amount,currency\n"
	plainRow   = "2023-01-01,A,B,10,EUR\n"
	transHead  = "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering\n"
	transRow   = "2022/09/01 00:20,1,A,2,B,10,Yen,10,Yen,ACH,1\n"
	patterns   = "BEGIN LAUNDERING ATTEMPT - CYCLE:  Max 2 hops\n" + transRow + "END LAUNDERING ATTEMPT - CYCLE\n\n"
	oldSim     = "sourceNodeId,targetNodeId,value,time\n1,2,3,4\n"
	newSim     = "tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id\n9,1,2,WIRE,3,4,True,2\n"
	alertSim   = "alert_id,alert_type,is_sar,tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp\n0,fan_in,True,1,50,62,WIRE,234.08,2011-01-01T00:00:00Z\n"
	tideHead   = "src,dest,edge_type,amount,currency,is_fraudulent,timestamp,transaction_type\n"
	tideRow    = "a,b,transaction,1,EUR,False,2023-01-01 10:00:00,transfer\n"
	tideOwned  = "p,a,ownership,,,,,\n"
	fincenFile = "id,originator_bank_id,beneficiary_bank_id,begin_date,end_date,amount_transactions\n1,x,y,,\"Mar 5, 2015\",10\n"
	accounts   = "Bank Name,Bank ID,Account Number,Entity ID,Entity Name\nPortugal Bank #1,1,A,E,N\n"
)

func zip(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

// folder writes files and returns where.
func folder(t testing.TB, files map[string]string) string {
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// drainSource reads everything and returns "file:record" of every payment.
func drainSource(t testing.TB, s *Source) (got []string, err error) {
	defer s.Close()
	batch := make([]spoor.Payment, 3)
	for {
		n, err := s.Read(batch)
		for _, p := range batch[:n] {
			got = append(got, fmt.Sprintf("%s:%d", filepath.Base(s.Files()[s.File()].Name), p.Record))
		}
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		if n == 0 {
			t.Fatal("nothing read and no error")
		}
	}
}

func TestRecognise(t *testing.T) {
	for content, want := range map[string]string{
		plainHead + plainRow:            "plain",
		"\ufeff" + plainHead + plainRow: "plain",
		transHead + transRow:            "amlworld",
		patterns:                        "amlworld-patterns",
		oldSim:                          "amlsim",
		newSim:                          "amlsim",
		tideHead + tideRow:              "tide",
		tideHead + tideOwned + tideRow:  "tide-edges",
		fincenFile:                      "fincen",
	} {
		for _, data := range []string{content, zip(content), zip(content[:9]) + zip(content[9:])} {
			// The name says another format on purpose.
			path := filepath.Join(folder(t, map[string]string{"report.xml.zip": data}), "report.xml.zip")
			s, err := Open([]string{path}, nil, Options{})
			if err != nil {
				t.Errorf("%s: %v", want, err)
				continue
			}
			got, err := drainSource(t, s)
			if err != nil || len(got) != 1 || s.Files()[0].Format != want || s.Files()[0].Records != 1 {
				t.Errorf("%s: %q %v, %+v", want, got, err, s.Files())
			}
			if done, total := s.Done(); done != int64(len(data)) || total != done {
				t.Errorf("%s: %d of %d bytes, and there are %d", want, done, total, len(data))
			}
			if s, err = Open([]string{"-"}, strings.NewReader(data), Options{}); err != nil {
				t.Errorf("%s on standard input: %v", want, err)
				continue
			}
			if got, err = drainSource(t, s); err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "standard input:") {
				t.Errorf("%s on standard input: %q %v", want, got, err)
			}
			if done, total := s.Done(); done != int64(len(data)) || total != 0 {
				t.Errorf("%s on standard input: %d of %d bytes", want, done, total)
			}
		}
	}
	for _, name := range Names() {
		if byName(name) == nil {
			t.Errorf("%s is no format", name)
		}
	}
}

// TestRecogniseFixtures opens the fixtures that the formats keep for their own
// tests.
func TestRecogniseFixtures(t *testing.T) {
	for _, name := range []string{"iso20022", "goaml", "ftm", "tide", "plain"} {
		s, err := Open([]string{filepath.Join(name, "testdata")}, nil, Options{SkipBad: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := drainSource(t, s); err != nil || len(got) == 0 {
			t.Errorf("%s: %d payments, %v", name, len(got), err)
		}
		for _, f := range s.Files() {
			if f.Ignored || !strings.HasPrefix(f.Format, name) {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	root := folder(t, map[string]string{
		"empty": "", "emptyzip": zip(""), "blank": "\n\n", "junk": "\x01\x02\x00\x03", "latin": "h\xe9llo\n", "csv": "a,b\n1,2\n",
		"accounts": accounts, "alerts": alertSim, "utf16": "\xff\xfet\x00", "zip": "PK\x03\x04...", "zstd": "\x28\xb5\x2f\xfd...",
		"badzip": "\x1f\x8bnonsense", "cutzip": zip(plainHead)[:12], "none/nothing/here.txt": "hello\n",
	})
	known := "the formats known are " + strings.Join(Names(), ", ")
	for name, want := range map[string]string{
		"empty":    "is empty",
		"emptyzip": "is empty",
		"blank":    "is in no format of payments; " + known,
		"junk":     "is not text and in no format of payments; " + known,
		"latin":    "is in no format of payments; " + known + "; its first line is \"h\\xe9llo\"",
		"csv":      "is in no format of payments; " + known + `; its first line is "a,b"`,
		"accounts": "holds accounts of AMLworld, not payments",
		"utf16":    "is UTF-16 text: convert it to UTF-8",
		"zip":      "is a zip archive or a spreadsheet: unpack it, or save the sheet as CSV",
		"zstd":     "is compressed with zstd: unpack it, or compress it with gzip",
		"badzip":   "its gzip data is broken (gzip: invalid header): fetch it again",
		"cutzip":   "its gzip data ends too early: the file was cut, fetch it again",
		"missing":  "no such file or directory",
		"none":     "holds no payments in any format known (1 files); the first, ",
	} {
		path := filepath.Join(root, name)
		_, err := Open([]string{path}, nil, Options{})
		var p *spoor.Problem
		if !errors.As(err, &p) || p.File != path || !strings.HasPrefix(p.Reason, want) {
			t.Errorf("%s: %v\nwant %s", name, err, want)
		}
	}
	os.MkdirAll(filepath.Join(root, "bare"), 0o755)
	good := strings.NewReader(plainHead)
	for want, open := range map[string]func() (*Source, error){
		"no file of payments was given":                         func() (*Source, error) { return Open(nil, nil, Options{}) },
		"holds no files":                                        func() (*Source, error) { return Open([]string{filepath.Join(root, "bare")}, nil, Options{}) },
		"standard input: there is none":                         func() (*Source, error) { return Open([]string{"-"}, nil, Options{}) },
		"standard input: is empty":                              func() (*Source, error) { return Open([]string{"-"}, strings.NewReader(""), Options{}) },
		"given twice":                                           func() (*Source, error) { return Open([]string{"-", "-"}, good, Options{}) },
		`"morse" is not a format: ` + known:                     func() (*Source, error) { return Open([]string{"-"}, good, Options{Format: "morse"}) },
		"its gzip data ends too early: the file was cut, fetch": func() (*Source, error) { return Open([]string{"-"}, strings.NewReader("\x1f\x8b"), Options{}) },
	} {
		if _, err := open(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestFolder(t *testing.T) {
	root := folder(t, map[string]string{
		"b/Trans.csv": transHead + transRow + transRow, "b/Patterns.txt": patterns, "b/accounts.csv": accounts,
		"a.gz": zip(plainHead + plainRow), "c/edges.csv": tideHead + tideOwned + tideRow, "c/payments.csv": tideHead + tideRow,
		"d/alerts.csv": alertSim, "d/readme.txt": "hello\n", ".hidden": "\x00", "d/cut.gz": zip(plainHead + plainRow)[:8],
	})
	if err := os.Symlink(filepath.Join(root, "a.gz"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	os.Symlink(root, filepath.Join(root, "b", "circle"))
	os.Symlink("nowhere", filepath.Join(root, "b", "dangling"))
	s, err := Open([]string{root}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := drainSource(t, s)
	if want := []string{"a.gz:1", "Trans.csv:1", "Trans.csv:2", "payments.csv:1", "link:1"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q %v, want %q", got, err, want)
	}
	ignored := map[string]string{}
	for _, f := range s.Files() {
		if f.Ignored != (f.Why != "") {
			t.Errorf("%+v", f)
		}
		if f.Ignored {
			ignored[filepath.Base(f.Name)] = f.Why
		}
	}
	for name, want := range map[string]string{
		"Patterns.txt": "repeats payments of the amlworld files beside it", "edges.csv": "repeats payments of the tide files",
		"accounts.csv": "holds accounts of AMLworld", "alerts.csv": "is in no format of payments",
		"readme.txt": "is in no format of payments", ".hidden": "is not text", "cut.gz": "its gzip data ends too early",
	} {
		if !strings.HasPrefix(ignored[name], want) {
			t.Errorf("%s: %q, want %s", name, ignored[name], want)
		}
	}
	if len(ignored) != 7 {
		t.Errorf("%q", ignored)
	}
	// Named, or asked for, they are read.
	for _, c := range []struct {
		paths []string
		o     Options
		want  []string
	}{
		{[]string{root}, Options{Format: "amlworld-patterns"}, []string{"Patterns.txt:1"}},
		{[]string{root}, Options{Format: "tide-edges"}, []string{"edges.csv:2"}},
		{[]string{filepath.Join(root, "b"), filepath.Join(root, "b", "Patterns.txt")}, Options{}, []string{"Trans.csv:1", "Trans.csv:2", "Patterns.txt:1"}},
		{[]string{filepath.Join(root, "d", "alerts.csv")}, Options{Format: "amlsim"}, []string{"alerts.csv:1"}},
	} {
		s, err := Open(c.paths, nil, c.o)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := drainSource(t, s); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v %v: got %q %v, want %q", c.paths, c.o, got, err, c.want)
		}
	}
}

func TestBadRecords(t *testing.T) {
	bad := "2023-01-01,A,B,ten,EUR\n"
	root := folder(t, map[string]string{
		"1": plainHead + plainRow + bad + plainRow + strings.Repeat(bad, 30),
		"2": plainHead + bad + plainRow,
	})
	open := func(o Options) *Source {
		s, err := Open([]string{root}, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(Options{})
	batch := make([]spoor.Payment, 8)
	n, err := s.Read(batch)
	if want := filepath.Join(root, "1") + `:3: amount: "ten" is not a decimal number, such as 1234.50`; n != 1 || err == nil || err.Error() != want {
		t.Errorf("%d, %v, want %s", n, err, want)
	}
	if n, err = s.Read(batch); n != 1 || err == nil || batch[0].Record != 3 {
		t.Errorf("after a bad record: %d, %v, %+v", n, err, batch[0])
	}
	s.Close()
	if n, err = s.Read(batch); n != 0 || err == nil || err == io.EOF {
		t.Errorf("after Close: %d, %v", n, err)
	}
	for listed, o := range map[int]Options{20: {SkipBad: true}, 5: {SkipBad: true, MaxListed: 5}} {
		s = open(o)
		got, err := drainSource(t, s)
		if want := []string{"1:1", "1:3", "2:2"}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q %v, want %q", got, err, want)
		}
		count, list := s.Skipped()
		if count != 32 || len(list) != listed || list[0].Line != 3 || list[0].Record != 2 {
			t.Errorf("%d skipped, %d listed, %v", count, len(list), list[0])
		}
	}
}

func TestCutGzip(t *testing.T) {
	whole := zip(plainHead + strings.Repeat(plainRow, 100000))
	root := folder(t, map[string]string{"1": whole[:len(whole)-4], "2": zip(plainHead+plainRow) + "garbage that is not gzip", "3": plainHead + plainRow})
	for name, want := range map[string]struct {
		least int
		err   string
	}{
		"1": {90000, "its gzip data ends too early: the file was cut, fetch it again"},
		"2": {1, "its gzip data is broken (gzip: invalid header): fetch it again"},
	} {
		path := filepath.Join(root, name)
		s, err := Open([]string{path, filepath.Join(root, "3")}, nil, Options{SkipBad: true})
		if err != nil {
			t.Fatal(err)
		}
		got, err := drainSource(t, s)
		var p *spoor.Problem
		if !errors.As(err, &p) || !p.Fatal || p.Reason != want.err || p.File != path || len(got) < want.least {
			t.Errorf("%s: %d payments, %v", name, len(got), err)
		}
	}
}

// TestSlowInput has somebody write payments one at a time and wait: each must
// come out before the next is written.
func TestSlowInput(t *testing.T) {
	r, w := io.Pipe()
	go w.Write([]byte(plainHead + plainRow))
	s, err := Open([]string{"-"}, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]spoor.Payment, 100)
	for i := 1; i <= 3; i++ {
		if n, err := s.Read(batch); n != 1 || err != nil || batch[0].Record != uint64(i) {
			t.Fatalf("%d, %v", n, err)
		}
		go w.Write([]byte(plainRow))
	}
	if n, err := s.Read(batch); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	w.Close()
	if n, err := s.Read(batch); n != 0 || err != io.EOF {
		t.Fatalf("%d, %v", n, err)
	}
}

// TestPipe reads what is opened once and cannot be opened again.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	w.WriteString(plainHead + plainRow)
	w.Close()
	defer r.Close()
	path := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip("no /dev/fd here")
	}
	s, err := Open([]string{path}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := drainSource(t, s); err != nil || len(got) != 1 {
		t.Errorf("%q, %v", got, err)
	}
}

// TestProgress asks how far reading is while another goroutine reads.
func TestProgress(t *testing.T) {
	root := folder(t, map[string]string{"1": plainHead + strings.Repeat(plainRow, 50000)})
	s, err := Open([]string{root}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	end := make(chan error)
	go func() {
		_, err := drainSource(t, s)
		end <- err
	}()
	var last int64
	for {
		done, total := s.Done()
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
		select {
		case err := <-end:
			if done, total := s.Done(); err != nil || done != total {
				t.Errorf("%v, %d of %d", err, done, total)
			}
			return
		default:
		}
	}
}

// TestFilesAreNotMixed: payments spread over files come back in order, and no
// batch holds those of two.
func TestFilesAreNotMixed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 5).Draw(rt, "sizes")
		files, id := map[string]string{}, 0
		for i, size := range sizes {
			var b bytes.Buffer
			w := plain.NewWriter(&b)
			for range size {
				id++
				w.Write(&spoor.Payment{ID: fmt.Sprint(id), Paid: spoor.Money{Amount: 1, Currency: spoor.EUR}})
			}
			w.Flush()
			content := b.String()
			if rapid.Bool().Draw(rt, "zipped") {
				content = zip(content)
			}
			files[fmt.Sprint(i)] = content
		}
		s, err := Open([]string{folder(t, files)}, nil, Options{})
		if err != nil {
			rt.Fatal(err)
		}
		batch := make([]spoor.Payment, rapid.IntRange(1, 12).Draw(rt, "batch"))
		next, left := 0, append([]int(nil), sizes...)
		for {
			n, err := s.Read(batch)
			if err == io.EOF {
				break
			}
			if err != nil {
				rt.Fatal(err)
			}
			file := s.File()
			for _, p := range batch[:n] {
				next++
				if p.ID != fmt.Sprint(next) || p.Record != uint64(sizes[file]-left[file]+1) {
					rt.Fatalf("payment %s, record %d of file %d, want %d", p.ID, p.Record, file, next)
				}
				left[file]--
			}
		}
		if next != id {
			rt.Fatalf("%d of %d payments", next, id)
		}
	})
}

// TestShared reads all folders of the shared data at once.
func TestShared(t *testing.T) {
	root := os.Getenv("SPOOR_DATA")
	if root == "" {
		root = "../../shared/data"
	}
	root = filepath.Join(root, "payments")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no shared data: set SPOOR_DATA to its folder (%v)", err)
	}
	s, err := Open([]string{root}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drainSource(t, s); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range s.Files() {
		if !f.Ignored {
			name, _ := filepath.Rel(root, f.Name)
			got[filepath.ToSlash(name)] = fmt.Sprint(f.Format, " ", f.Records)
		}
	}
	want := map[string]string{
		"20K_cycle200/transactions.csv":        "amlsim 117805",
		"20K_fanin200/transactions.csv":        "amlsim 118250",
		"amlsim-100/transactions.csv":          "amlsim 10333",
		"amlworld/transactions-sample.csv":     "amlworld 1000",
		"fincen/download_transactions_map.csv": "fincen 4507",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func FuzzSource(f *testing.F) {
	for _, seed := range []string{
		plainHead + plainRow, transHead + transRow, patterns, oldSim, newSim, tideHead + tideOwned + tideRow, fincenFile, accounts,
		zip(plainHead + plainRow), "\x1f\x8b", "\xff\xfe", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open([]string{"-"}, bytes.NewReader(data), Options{SkipBad: true})
		var p *spoor.Problem
		if err != nil {
			if !errors.As(err, &p) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if _, err := drainSource(t, s); err != nil && !errors.As(err, &p) {
			t.Fatalf("%T %v", err, err)
		}
	})
}

// TestPeekAsksOnce: a terminal that has ended may be asked only once, or its
// user must end it twice.
func TestPeekAsksOnce(t *testing.T) {
	src := &endsOnce{text: "a,b"}
	head, whole, err := peek(src, func([]byte) bool { return false })
	all, err2 := io.ReadAll(whole)
	if string(head) != "a,b" || string(all) != "a,b" || err != nil || err2 != nil || src.ends != 1 {
		t.Errorf("%q, %q, %v, %v, asked %d times", head, all, err, err2, src.ends)
	}
}

type endsOnce struct {
	text string
	ends int
}

func (e *endsOnce) Read(p []byte) (int, error) {
	if e.text == "" {
		e.ends++
		return 0, io.EOF
	}
	n := copy(p, e.text)
	e.text = e.text[n:]
	return n, nil
}
