package instruct

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"strings"
)

// writer writes random messages in which everything may be said that is read.
type writer struct {
	rng *rand.Rand
	b   strings.Builder
}

func (w *writer) odds(n int) bool { return w.rng.IntN(n) == 0 }

func pick[T any](w *writer, from ...T) T { return from[w.rng.IntN(len(from))] }

// leaf writes an element with a text; none where the text is empty.
func (w *writer) leaf(name, text string) {
	if text != "" {
		fmt.Fprintf(&w.b, "<%s>", name)
		xml.EscapeText(&w.b, []byte(text))
		fmt.Fprintf(&w.b, "</%s>", name)
	}
}

func (w *writer) in(name string, inside func()) {
	fmt.Fprintf(&w.b, "<%s>", name)
	inside()
	fmt.Fprintf(&w.b, "</%s>", name)
}

func (w *writer) maybe(n int, name, text string) {
	if w.odds(n) {
		w.leaf(name, text)
	}
}

func (w *writer) id(prefix string) string { return fmt.Sprintf("%s-%08x", prefix, w.rng.Uint32()) }

func (w *writer) uetr() string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", w.rng.Uint32(), w.rng.IntN(1<<16), w.rng.IntN(1<<12), w.rng.IntN(1<<12), w.rng.Uint64N(1<<48))
}

func (w *writer) bic() string {
	return string(rune('A'+w.rng.IntN(26))) + "BNK" + pick(w, "IT", "DE", "FR") + "2L" + pick(w, "", "XXX", "500")
}

func (w *writer) name() string {
	return pick(w, "Anna", "Jürgen", "Zoë", "Ольга") + " " + pick(w, "Rossi", "O'Neill & Söhne", "<Nowak>", "Παππάς") + pick(w, "", " Ltd")
}

func (w *writer) address() {
	if w.odds(2) {
		return
	}
	w.in("PstlAdr", func() {
		w.maybe(5, "Dept", "Back office")
		w.maybe(2, "StrtNm", pick(w, "Via Garibaldi", "Hauptstraße"))
		w.maybe(2, "BldgNb", pick(w, "12", "4a"))
		w.maybe(2, "PstCd", "20121")
		w.maybe(2, "TwnNm", "Milano")
		w.maybe(2, "Ctry", pick(w, "IT", "DE", "XX"))
		for range w.rng.IntN(3) {
			w.leaf("AdrLine", pick(w, "c/o Harbour", "second floor", "20121 Milano"))
		}
	})
}

func (w *writer) other(codes ...string) {
	for range w.rng.IntN(3) {
		w.in("Othr", func() {
			w.leaf("Id", w.id("N"))
			if w.odds(2) {
				w.in("SchmeNm", func() { w.leaf(pick(w, "Cd", "Prtry"), pick(w, codes...)) })
			}
			w.maybe(2, "Issr", pick(w, "IT", "Ministry of Roads", "de"))
		})
	}
}

func (w *writer) party(name string) {
	w.in(name, w.partyInside)
}

func (w *writer) partyInside() {
	w.maybe(1+w.rng.IntN(2), "Nm", w.name())
	w.address()
	switch w.rng.IntN(4) {
	case 0:
		w.in("Id", func() {
			w.in("OrgId", func() {
				w.maybe(2, pick(w, "AnyBIC", "BICOrBEI"), w.bic())
				w.maybe(2, "LEI", "815600ABCDEFGHIJKL12")
				w.other("COID", "TXID", "SREN", "DUNS")
			})
		})
	case 1:
		w.in("Id", func() {
			w.in("PrvtId", func() {
				if w.odds(2) {
					w.in("DtAndPlcOfBirth", func() {
						w.leaf("BirthDt", fmt.Sprintf("19%02d-0%d-1%d", w.rng.IntN(100), 1+w.rng.IntN(9), w.rng.IntN(10)))
						w.maybe(3, "PrvcOfBirth", "Lombardia")
						w.leaf("CityOfBirth", "Kiel")
						w.leaf("CtryOfBirth", "DE")
					})
				}
				w.other("CCPT", "NIDN", "TXID", "TELE", "ARNU")
			})
		})
	}
	w.maybe(3, "CtryOfRes", pick(w, "IT", "DE"))
	if w.odds(5) {
		w.in("CtctDtls", func() {
			w.maybe(2, "Nm", w.name())
			w.maybe(2, "PhneNb", "+39-0255512345")
			w.maybe(2, "MobNb", "+49-1701234567")
			w.maybe(2, "EmailAdr", "a.b@example.org")
		})
	}
}

func (w *writer) account(name string) {
	if w.odds(6) {
		return
	}
	w.in(name, func() {
		if !w.odds(8) {
			w.in("Id", func() {
				if w.odds(3) {
					w.in("Othr", func() {
						w.leaf("Id", pick(w, w.id("ACC"), w.id("ACC"), "de89 3704-0044\u00a00532 0130\u200b00", "ＤＥ８９370400440532013000"))
					})
				} else {
					w.leaf("IBAN", fmt.Sprintf("%s%02d%018d", pick(w, "IT", "DE", "fr"), 10+w.rng.IntN(89), w.rng.Uint64N(1e18)))
				}
			})
		}
		if w.odds(4) {
			w.in("Prxy", func() {
				if w.odds(2) {
					w.in("Tp", func() { w.leaf("Cd", pick(w, "TELE", "EMAL", "DNAM")) })
				}
				w.leaf("Id", "+39-333555")
			})
		}
		w.maybe(4, "Nm", w.name())
	})
}

func (w *writer) agentInside() {
	w.in("FinInstnId", func() {
		w.maybe(1+w.rng.IntN(2), pick(w, "BICFI", "BICFI", "BIC"), w.bic())
		if w.odds(4) {
			w.in("ClrSysMmbId", func() { w.leaf("MmbId", w.id("M")) })
		}
		w.maybe(6, "LEI", "529900ABCDEFGHIJKL34")
		w.maybe(4, "Nm", "Banca "+pick(w, "Nord", "Süd"))
		w.address()
		if w.odds(6) {
			w.other("BANK")
		}
	})
}

func (w *writer) agent(name string) {
	w.in(name, w.agentInside)
	if w.odds(8) {
		w.account(name + "Acct")
	}
}

func (w *writer) agents(n int, names ...string) {
	for _, name := range names {
		if w.odds(n) {
			w.agent(name)
		}
	}
}

func (w *writer) invoices() {
	if w.odds(2) {
		return
	}
	w.in("RmtInf", func() {
		for range w.rng.IntN(3) {
			w.in("Strd", func() {
				if w.odds(2) {
					w.in("Invcr", func() { w.leaf("Nm", w.name()) })
				}
				if w.odds(2) {
					w.in("Invcee", func() { w.leaf("Nm", w.name()) })
				}
			})
		}
	})
}

// either is a party or, in returns, one of party and agent.
func (w *writer) either(name string) {
	w.in(name, func() {
		if w.odds(3) {
			w.in("Agt", w.agentInside)
		} else {
			w.in("Pty", w.partyInside)
		}
	})
}

func (w *writer) amount(name string) {
	fmt.Fprintf(&w.b, `<%s Ccy="%s">%d.%02d</%s>`, name, pick(w, "EUR", "USD", "CHF"), w.rng.IntN(1e9), w.rng.IntN(100), name)
}

func (w *writer) header(n int, between bool) {
	w.in("GrpHdr", func() {
		w.leaf("MsgId", w.id("MSG"))
		w.leaf("CreDtTm", "2026-11-23T09:41:27Z")
		w.leaf("NbOfTxs", fmt.Sprint(n))
		if !between {
			w.party("InitgPty")
			w.agents(4, "FwdgAgt")
			return
		}
		w.in("SttlmInf", func() {
			w.leaf("SttlmMtd", pick(w, "CLRG", "INDA", "COVE"))
			w.agents(6, "InstgRmbrsmntAgt", "InstdRmbrsmntAgt", "ThrdRmbrsmntAgt")
		})
		w.agents(2, "InstgAgt", "InstdAgt")
	})
}

// message writes one of the four kinds.
func (w *writer) message() []byte {
	n := 1 + w.rng.IntN(3)
	kind := pick(w, "pacs.008.001.08", "pain.001.001.09", "pacs.004.001.10", "camt.056.001.08")
	w.b.Reset()
	enveloped := w.odds(2)
	if enveloped {
		w.b.WriteString(`<Env><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId>`)
		w.in("FinInstnId", func() { w.leaf("BICFI", w.bic()) })
		w.b.WriteString("</FIId></Fr></AppHdr>")
	}
	fmt.Fprintf(&w.b, `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:%s">`, kind)
	map[string]func(int){"pacs.008.001.08": w.transfers, "pain.001.001.09": w.initiations, "pacs.004.001.10": w.returns, "camt.056.001.08": w.recalls}[kind](n)
	w.b.WriteString("</Document>")
	if enveloped {
		w.b.WriteString("</Env>")
	}
	return []byte(w.b.String())
}

func (w *writer) paymentID(txID bool) {
	w.in("PmtId", func() {
		w.maybe(2, "InstrId", w.id("I"))
		w.leaf("EndToEndId", w.id("E"))
		if txID {
			w.maybe(2, "TxId", w.id("T"))
		}
		w.maybe(2, "UETR", w.uetr())
	})
}

func (w *writer) transfers(n int) {
	w.in("FIToFICstmrCdtTrf", func() {
		w.header(n, true)
		for range n {
			w.in("CdtTrfTxInf", func() {
				w.paymentID(true)
				w.amount("IntrBkSttlmAmt")
				w.leaf("IntrBkSttlmDt", "2026-11-23")
				w.agents(6, previous...)
				w.agents(3, "InstgAgt", "InstdAgt")
				w.agents(4, intermediaries...)
				if w.odds(4) {
					w.party("UltmtDbtr")
				}
				if w.odds(4) {
					w.party("InitgPty")
				}
				w.party("Dbtr")
				w.account("DbtrAcct")
				w.agent("DbtrAgt")
				w.agent("CdtrAgt")
				w.party("Cdtr")
				w.account("CdtrAcct")
				if w.odds(4) {
					w.party("UltmtCdtr")
				}
				w.invoices()
			})
		}
	})
}

func (w *writer) initiations(n int) {
	w.in("CstmrCdtTrfInitn", func() {
		w.header(2*n, false)
		for range 2 {
			w.in("PmtInf", func() {
				w.leaf("PmtMtd", pick(w, "TRF", "CHK"))
				w.in("ReqdExctnDt", func() { w.leaf("Dt", "2026-11-24") })
				w.party("Dbtr")
				w.account("DbtrAcct")
				w.agent("DbtrAgt")
				if w.odds(3) {
					w.party("UltmtDbtr")
				}
				for range n {
					w.in("CdtTrfTxInf", func() {
						w.paymentID(false)
						w.in("Amt", func() { w.amount("InstdAmt") })
						if w.odds(3) {
							w.party("UltmtDbtr")
						}
						w.agents(4, intermediaries...)
						w.agents(2, "CdtrAgt")
						w.party("Cdtr")
						w.account("CdtrAcct")
						if w.odds(4) {
							w.party("UltmtCdtr")
						}
					})
				}
			})
		}
	})
}

func (w *writer) originalIDs() {
	w.maybe(2, "OrgnlInstrId", w.id("I"))
	w.leaf("OrgnlEndToEndId", pick(w, w.id("E"), "NOTPROVIDED"))
	w.leaf("OrgnlTxId", w.id("T"))
	w.maybe(2, "OrgnlUETR", w.uetr())
}

func (w *writer) chain(party func(string), full bool) {
	for _, name := range []string{"UltmtDbtr", "Dbtr", "Cdtr", "UltmtCdtr"} {
		if w.odds(2) {
			party(name)
		}
		if name == "Dbtr" || name == "Cdtr" {
			w.account(name + "Acct")
		}
	}
	w.agents(2, "DbtrAgt", "CdtrAgt")
	if full {
		w.agents(5, append(intermediaries, previous...)...)
		if w.odds(5) {
			party("InitgPty")
		}
	}
}

func (w *writer) returns(n int) {
	w.in("PmtRtr", func() {
		w.header(n, true)
		for range n {
			w.in("TxInf", func() {
				w.leaf("RtrId", w.id("R"))
				w.originalIDs()
				w.amount("RtrdIntrBkSttlmAmt")
				w.leaf("IntrBkSttlmDt", "2026-11-25")
				w.agents(3, "InstgAgt", "InstdAgt")
				if w.odds(2) {
					w.in("RtrChain", func() { w.chain(w.either, true) })
				}
				if w.odds(2) {
					w.in("OrgnlTxRef", func() {
						w.invoices()
						w.chain(pick(w, w.either, w.party), false)
						if w.odds(3) {
							w.in("UndrlygCstmrCdtTrf", func() { w.chain(w.party, true) })
						}
					})
				}
			})
		}
	})
}

func (w *writer) reasons() {
	for range w.rng.IntN(3) {
		w.in("CxlRsnInf", func() {
			w.in("Rsn", func() { w.leaf(pick(w, "Cd", "Prtry"), pick(w, "DUPL", "FRAD", "CUST")) })
		})
	}
}

func (w *writer) recalls(n int) {
	w.in("FIToFIPmtCxlReq", func() {
		w.in("Assgnmt", func() {
			w.leaf("Id", w.id("A"))
			w.in("Assgnr", func() { w.in("Agt", func() { w.in("FinInstnId", func() { w.leaf("BICFI", w.bic()) }) }) })
			w.leaf("CreDtTm", "2026-11-23T09:41:27Z")
		})
		if w.odds(2) {
			w.in("Case", func() { w.leaf("Id", w.id("CASE")) })
		}
		for range n {
			w.in("Undrlyg", func() {
				txs := w.rng.IntN(3)
				if txs == 0 || w.odds(2) {
					w.in("OrgnlGrpInfAndCxl", func() {
						w.maybe(2, "GrpCxlId", w.id("G"))
						w.leaf("OrgnlMsgId", w.id("MSG"))
						w.leaf("OrgnlMsgNmId", "pacs.008.001.08")
						w.maybe(3, "GrpCxl", pick(w, "true", "false", "1"))
						w.reasons()
					})
				}
				for range txs {
					w.in("TxInf", func() {
						w.maybe(2, "CxlId", w.id("C"))
						if w.odds(2) {
							w.in("OrgnlGrpInf", func() {
								w.leaf("OrgnlMsgId", w.id("MSG"))
								w.leaf("OrgnlMsgNmId", "pacs.008.001.10")
							})
						}
						w.originalIDs()
						if w.odds(2) {
							w.amount("OrgnlIntrBkSttlmAmt")
						}
						w.reasons()
						if w.odds(4) {
							w.in("OrgnlTxRef", func() { w.amount("IntrBkSttlmAmt") })
						}
					})
				}
			})
		}
	})
}
