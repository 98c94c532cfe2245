const string A = "double 'inside'"
const string B = 'single "inside"'
const string C = "\n\r\t\"\'\\"
const string D = "	tab and é"
const binary E = "bytes"
const string F = ""
