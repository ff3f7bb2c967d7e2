package spoor

import "fmt"

// AssetKind says what sort of thing can be frozen and confiscated: Dir. (EU)
// 2024/1260 Art 3, "property".
type AssetKind string

// The kinds.
const (
	AccountAsset    AssetKind = "account" // money in an account
	CashAsset       AssetKind = "cash"
	CryptoAsset     AssetKind = "crypto"
	SecuritiesAsset AssetKind = "securities"
	SharesAsset     AssetKind = "shares" // in a company
	ClaimAsset      AssetKind = "claim"  // a debt that a third party owes
	RealEstate      AssetKind = "real-estate"
	VehicleAsset    AssetKind = "vehicle"
	VesselAsset     AssetKind = "vessel"
	AircraftAsset   AssetKind = "aircraft"
	SafeDepositBox  AssetKind = "safe-deposit-box"
	Valuable        AssetKind = "valuable" // jewellery, art, watches
	GoodsAsset      AssetKind = "goods"
	OtherAsset      AssetKind = "other"
)

// AssetKinds lists all of them.
func AssetKinds() []AssetKind {
	return []AssetKind{
		AccountAsset, CashAsset, CryptoAsset, SecuritiesAsset, SharesAsset, ClaimAsset, RealEstate, VehicleAsset,
		VesselAsset, AircraftAsset, SafeDepositBox, Valuable, GoodsAsset, OtherAsset,
	}
}

// Asset is anything that can be frozen: what it is, where, whose, what it is
// worth and how much of the traced proceeds is in it.
type Asset struct {
	ID          string     `json:"id"` // within its case or order
	Kind        AssetKind  `json:"kind"`
	Description string     `json:"description,omitempty"`
	Account     AccountID  `json:"account,omitzero"` // of money in an account
	Identifier  Identifier `json:"identifier,omitzero"`
	Country     Country    `json:"country,omitzero"` // where it is
	Place       string     `json:"place,omitempty"`  // address, bank and branch, berth
	Owner       string     `json:"owner,omitempty"`  // id of the party that holds it, within the case or order
	// Value is what the whole asset is worth, as far as known.
	Value Money `json:"value,omitzero"`
	// Traced is how much of the traced proceeds is in it, in the trace's currency:
	// more can be frozen only on another basis than proceeds.
	Traced Money `json:"traced,omitzero"`
	// Confidence, 0 to 1, that the asset is what and whose it is said to be.
	Confidence float64 `json:"confidence,omitempty"`
	Source     string  `json:"source,omitempty"` // how it is known: a trace's digest, a register
}

// Check says what is wrong with an asset.
func (a *Asset) Check() error {
	known := false
	for _, k := range AssetKinds() {
		known = known || k == a.Kind
	}
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("asset %q: "+format, append([]any{a.ID}, args...)...)
	}
	switch {
	case a.ID == "":
		return fmt.Errorf("asset without an id")
	case !known:
		return wrong("unknown kind %q: want one of %v", a.Kind, AssetKinds())
	case a.Kind == AccountAsset && a.Account == AccountID{}:
		return wrong("its account is missing")
	case a.Kind != AccountAsset && a.Description == "" && a.Identifier == (Identifier{}):
		return wrong("nothing says which one: give a description or an identifier")
	case a.Value.Amount < 0 || a.Traced.Amount < 0:
		return wrong("its value is negative")
	case !(a.Confidence >= 0 && a.Confidence <= 1):
		return wrong("confidence %g: want 0 to 1", a.Confidence)
	}
	return nil
}
