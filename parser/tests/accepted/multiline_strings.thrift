// options: multiline_strings
const string A = "one
two"
