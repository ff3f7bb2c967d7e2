package spoor

import "fmt"

// Canonical CBOR, as the package seal makes it, has these nouns as text: the
// numbers that stand for them inside the program are not fixed.

// MarshalCBOR writes the code as text.
func (c Country) MarshalCBOR() ([]byte, error) { return textItem(c.String()) }

// UnmarshalCBOR reads what [Country.MarshalCBOR] writes.
func (c *Country) UnmarshalCBOR(b []byte) error { return fromItem(b, c.UnmarshalText) }

// MarshalCBOR writes the code as text.
func (c Currency) MarshalCBOR() ([]byte, error) { return textItem(c.String()) }

// UnmarshalCBOR reads what [Currency.MarshalCBOR] writes.
func (c *Currency) UnmarshalCBOR(b []byte) error { return fromItem(b, c.UnmarshalText) }

// MarshalCBOR writes the kind's name.
func (k PartyKind) MarshalCBOR() ([]byte, error) { return textItem(k.String()) }

// UnmarshalCBOR reads what [PartyKind.MarshalCBOR] writes.
func (k *PartyKind) UnmarshalCBOR(b []byte) error { return fromItem(b, k.UnmarshalText) }

// MarshalCBOR writes the date as text.
func (d PartialDate) MarshalCBOR() ([]byte, error) {
	s, err := d.MarshalText()
	if err != nil {
		return nil, err
	}
	return textItem(string(s))
}

// UnmarshalCBOR reads what [PartialDate.MarshalCBOR] writes.
func (d *PartialDate) UnmarshalCBOR(b []byte) error { return fromItem(b, d.UnmarshalText) }

// textItem is a CBOR text of fewer than 24 bytes: a head of one byte, and the text.
func textItem(s string) ([]byte, error) {
	if len(s) > 23 {
		return nil, fmt.Errorf("a text of %d bytes where at most 23 were expected", len(s))
	}
	return append([]byte{0x60 | byte(len(s))}, s...), nil
}

func fromItem(b []byte, read func([]byte) error) error {
	if len(b) == 0 || b[0]>>5 != 3 || int(b[0]&31) != len(b)-1 {
		return fmt.Errorf("want a short text, not %x", b[:min(len(b), 8)])
	}
	return read(b[1:])
}
