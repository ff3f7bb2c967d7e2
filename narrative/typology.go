package narrative

import "spoor"

// pattern says in words what a typology looks like, and which lawful business looks
// the same: whoever reads an alert must have thought of these first.
type pattern struct {
	what      string   // completes "The payments have a pattern that is known as …: "
	innocents []string // lawful things with the same pattern
}

var patterns = map[spoor.Typology]pattern{
	spoor.FanIn:                {"fan-in: many accounts pay into one in a short time", []string{"the takings of a shop", "rents or membership fees", "a collection for a purpose that is named in the payments"}},
	spoor.FanOut:               {"fan-out: one account pays many in a short time", []string{"wages or pensions", "refunds to customers", "payments to suppliers at the end of a month"}},
	spoor.GatherScatter:        {"gather-scatter: money from many accounts is gathered in one and paid out to many", []string{"a payment service or an agent who pays on", "a notary's or lawyer's client account", "a marketplace that pays its sellers"}},
	spoor.ScatterGather:        {"scatter-gather: money is spread over several accounts and comes together again in one", []string{"a group of companies that balances its accounts", "several contractors who pay one supplier"}},
	spoor.Cycle:                {"cycle: money comes back to the account that it left, by way of others", []string{"a loan that is repaid", "a refund", "cash pooling in a group of companies"}},
	spoor.Bipartite:            {"bipartite: a group of accounts pays another group, many to many", []string{"an ordinary trade between two groups of firms", "a marketplace"}},
	spoor.Stack:                {"stack: money passes through layers of accounts, each layer to the next", []string{"a chain of supply in which each firm pays the one before it"}},
	spoor.Chain:                {"chain: money passes from account to account, little of it staying", []string{"a purchase that is paid through an agent", "a family that passes on a loan or a gift"}},
	spoor.Structuring:          {"structuring: amounts are kept below a limit above which they would be reported or identified", []string{"a business that banks its takings every day", "a limit of a machine or of the account on one payment", "prices that lie just below the limit"}},
	spoor.PassThrough:          {"pass-through: nearly all that comes in leaves soon after", []string{"an account that is used for paying bills as wages come in", "an agent's or a notary's account", "the purchase of a house"}},
	spoor.DormancyBurst:        {"dormancy and burst: an account that was still for long moves much money in a short time", []string{"an inheritance or the sale of a house", "a seasonal business", "a savings account that is closed"}},
	spoor.UTurn:                {"u-turn: money goes abroad and comes back to the same hands", []string{"a refund from abroad", "a loan within a group of companies", "a person who moved abroad and came back"}},
	spoor.FrontBusiness:        {"front business: an account of a business takes in money that does not fit its trade", []string{"a change of trade, or a new branch", "a seasonal peak", "a business that is still being built up"}},
	spoor.HighRiskCorridor:     {"high-risk corridor: money goes to or comes from a country of high risk, more than this account's past explains", []string{"support for family abroad", "a trade with that country", "tuition or medical care"}},
	spoor.SynchronisedDeposits: {"synchronised deposits: several people pay in at about the same time, in several places, for one account", []string{"a chain of shops that close at the same hour", "a collection for a purpose"}},
	spoor.RoundTripConversion:  {"round-trip conversion: money is changed into another currency or asset, and back again", []string{"a hedge of an exchange rate", "trading on one's own account", "a purchase that was called off"}},
}
