// options: multiline_strings
const string A = "this may
go on"
const string B = "but not so
