package amlsim

import (
	"errors"
	"io"
	"strings"

	"spoor/format/text"
)

// ReadAccountLabels reads which accounts take part in money laundering: true
// for those that do, by account number. It reads the nodes.csv of the older
// format (nodeid, isFraud), and of the newer one alert_accounts.csv (acct_id,
// is_sar: an account in several alerts is true where one of them is) and
// accounts.csv (acct_id, prior_sar_count, in which AMLSim writes true for the
// accounts of its alerts). An error is a *spoor.Problem.
func ReadAccountLabels(name string, src io.Reader) (map[string]bool, error) {
	labels := map[string]bool{}
	account, label, column := 0, 0, ""
	begin := func(c *text.Columns) {
		if account = c.Maybe("nodeid"); account < 0 {
			account = c.Need("acct_id")
		}
		for _, column = range []string{"isFraud", "is_sar", "prior_sar_count"} {
			if label = c.Maybe(column); label >= 0 {
				return
			}
		}
		column = "is_sar"
		label = c.Need(column)
	}
	err := text.Each(name, src, begin, func(f []string) (string, error) {
		if f[account] == "" {
			return "", errors.New("has no account")
		}
		illicit, err := text.Bool(f[label])
		if err != nil {
			return column, err
		}
		key := strings.Clone(f[account])
		labels[key] = labels[key] || illicit
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	return labels, nil
}
