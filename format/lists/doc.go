// Package lists reads sanctions lists as their publishers give them, and keeps
// the last good one of each.
//
//	set, errs := lists.Load("/var/lib/spoor/lists", nil)
//	// later, as often as wanted: it costs little where nothing has changed
//	set, errs = lists.Load("/var/lib/spoor/lists", set)
//	index := screen.New(set.Listings(), set.Versions())
//
// A file is recognised by what is in it, never by its name:
//
//   - OFAC's delimited files: entries (sdn.csv, cons_prim.csv, or a part of
//     either), alternative names (alt.csv, cons_alt.csv) and addresses (add.csv,
//     cons_add.csv), joined by entry number within one folder. List "OFAC SDN"
//     orders to freeze; "OFAC non-SDN" does not. Where there are only extracts, in
//     each of which one programme stands in every entry, the name says so: "OFAC
//     SDN (SDNTK only)".
//   - The EU's list: one regulation as comma-separated text with the columns celex,
//     measure, schema and name, as in OpenSanctions' extract of the Official
//     Journal, where the measure "Asset freeze" alone freezes; or the Commission's
//     XML (xmlFullSanctionsList). Both are list "EU", with the regulation as
//     programme.
//   - The UN Security Council's consolidated list in XML, list "UN". It freezes,
//     but for bans on travel (resolution 2048 on Guinea-Bissau, paragraph 15 of
//     resolution 1970 on Libya).
//   - Entities of FollowTheMoney as JSON lines, such as OpenSanctions' bulk files;
//     the list has the file's name. Those with the topic "sanction" freeze.
//   - A member's own list, as comma-separated text with a header, in any order:
//     id, kind, name, aliases, birth, countries, identifiers, programme, measure,
//     freezes, reason. The list has the file's name. Of kind (person, organisation,
//     vessel, aircraft or empty), name and freezes (1 or 0) there is one; several of
//     the others stand between semicolons: dates as 1965, 1965-03 or 1965-03-02,
//     countries as ISO 3166 codes, identifiers as "imo:9187629" (see
//     [ParseIdentifier]).
//
// Of several files that each hold a whole list (the UN's, the Commission's XML)
// the newest by its own date counts. Entries of one list with one id are one
// listing, such as those that OFAC's list and an extract of it share.
//
// What cannot be read is an error, whatever it is: a link to nothing, a name that
// is not UTF-8, a file called as a published list is (sdn.csv,
// xmlFullSanctionsList.xml) that holds none. Other files without a list are an
// error too, and are named in [Set].Ignored, so that a caller may pass over them.
//
// Files may be packed with gzip. Text is UTF-8. A file of more than 512 MiB, with
// more than five million entries, with a document type declaration or with more
// than one bad record in a hundred is broken. So is one whose last record is not
// whole, and one with fewer than half the entries of the version before, where
// that had twenty or more. Downloads should be written under a hidden name and
// then renamed: hidden files are passed over.
//
// An exact hit on a number can block a payment, so numbers are taken with care:
// only in the form of their kind, and none that many companies share.
package lists
