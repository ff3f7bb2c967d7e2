package screen
import ("testing"; "spoor")
func TestZZ(t *testing.T) {
	_, all := lists(t)
	for what, qs := range map[string][]spoor.Party{"traffic": payers(t, 20000)[10000:], "neg": queries(t, "negatives_global.csv", false)[:10000]} {
		zz = [3][4]int{}
		worst, who := 0, ""
		for i := range qs {
			b := zz[0][1]+zz[1][1]+zz[2][1]
			all.Search(&qs[i], 0.7)
			if d := zz[0][1]+zz[1][1]+zz[2][1]-b; d > worst { worst, who = d, qs[i].Name() }
		}
		for s := range zz { t.Logf("%s space %d: searches %d match %d hits %d touched %d", what, s, zz[s][0], zz[s][1], zz[s][2], zz[s][3]) }
		t.Log(worst, who)
	}
}
