package clamd

// Parse lets a fuzz test at it.
var Parse = parse
