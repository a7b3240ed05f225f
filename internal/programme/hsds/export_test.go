package hsds

// The readers with a smaller limit, so that tests need not feed them MaxBytes.
var (
	ReadJSONUpTo = readJSON
	ReadCSVUpTo  = readCSV
)
