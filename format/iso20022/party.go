package iso20022

import "strings"

// PartyField is one thing that a message says of a party, an agent, or the
// account beside one.
type PartyField uint8

// The fields. An address and a birth place come in several pieces.
const (
	PartyName        PartyField = iota
	PartyContact                // the name of a contact
	PartyAccountName            // the name that the account has
	PartyAddress
	PartyCountry // of the address
	PartyResidence
	PartyBirth
	PartyBirthPlace
	PartyIBAN
	PartyAccount // other than an IBAN
	PartyProxy
	PartyProxyKind // a code
	PartyBIC
	PartyMember // of a clearing
	PartyLEI
	PartyPhone
	PartyMobile
	PartyEmail
	NumPartyFields

	// Of the latest generic identification.
	OtherID
	OtherCode // of its scheme
	OtherIssuer

	// Elements that say something by being there, or begin something.
	IsPerson
	IsOrganisation
	IsOther // a generic identification
)

// PartyPath is where a field stands below the element of a party, an agent or
// an account.
type PartyPath struct {
	Path  string
	Field PartyField
}

// The paths, the commonest first: those of a party (PartyIdentification), an agent
// (BranchAndFinancialInstitutionIdentification) and an account (CashAccount).
// Older versions call a BIC otherwise.
var (
	PartyPaths = join([]PartyPath{
		{"/Nm", PartyName}, {"/PstlAdr/Ctry", PartyCountry}, {"/Id/PrvtId", IsPerson}, {"/Id/OrgId", IsOrganisation},
		{"/CtryOfRes", PartyResidence}, {"/Id/OrgId/AnyBIC", PartyBIC}, {"/Id/OrgId/BICOrBEI", PartyBIC}, {"/Id/OrgId/LEI", PartyLEI},
		{"/Id/PrvtId/DtAndPlcOfBirth/BirthDt", PartyBirth}, {"/Id/PrvtId/DtAndPlcOfBirth/PrvcOfBirth", PartyBirthPlace},
		{"/Id/PrvtId/DtAndPlcOfBirth/CityOfBirth", PartyBirthPlace}, {"/Id/PrvtId/DtAndPlcOfBirth/CtryOfBirth", PartyBirthPlace},
		{"/CtctDtls/Nm", PartyContact}, {"/CtctDtls/PhneNb", PartyPhone}, {"/CtctDtls/MobNb", PartyMobile}, {"/CtctDtls/EmailAdr", PartyEmail},
	}, generic("/Id/PrvtId/Othr"), generic("/Id/OrgId/Othr"), postal("/PstlAdr"))

	AgentPaths = join([]PartyPath{
		{"/FinInstnId", IsOrganisation}, {"/FinInstnId/BICFI", PartyBIC}, {"/FinInstnId/BIC", PartyBIC}, {"/FinInstnId/LEI", PartyLEI},
		{"/FinInstnId/ClrSysMmbId/MmbId", PartyMember}, {"/FinInstnId/Nm", PartyName}, {"/FinInstnId/PstlAdr/Ctry", PartyCountry},
	}, generic("/FinInstnId/Othr"), postal("/FinInstnId/PstlAdr"))

	AccountPaths = []PartyPath{
		{"/Id/IBAN", PartyIBAN}, {"/Id/Othr/Id", PartyAccount}, {"/Prxy/Id", PartyProxy}, {"/Prxy/Tp/Cd", PartyProxyKind}, {"/Nm", PartyAccountName},
	}
)

func join(lists ...[]PartyPath) (out []PartyPath) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func generic(at string) []PartyPath {
	return []PartyPath{{at, IsOther}, {at + "/Id", OtherID}, {at + "/SchmeNm/Cd", OtherCode}, {at + "/Issr", OtherIssuer}}
}

func postal(at string) []PartyPath {
	var out []PartyPath
	for line := range strings.FieldsSeq("StrtNm BldgNb PstCd TwnNm AdrLine CareOf Dept SubDept BldgNm Flr UnitNb PstBx Room TwnLctnNm DstrctNm CtrySubDvsn") {
		out = append(out, PartyPath{at + "/" + line, PartyAddress})
	}
	return out
}
