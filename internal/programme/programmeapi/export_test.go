package programmeapi

// IDOf is idOf, for tests.
func IDOf(k int, id int64) string { return idOf(kind(k), id) }

// ParseID is parseID, for tests.
func ParseID(k int, s string) (int64, bool) { return parseID(kind(k), s) }
