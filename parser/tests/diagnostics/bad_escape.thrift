const string A = "tab\tbell\a"
const string B = "\x41 \u0041"
const string C = "one \
two"
const string D = "\é"
