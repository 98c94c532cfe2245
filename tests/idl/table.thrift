struct Table { 1: map<string, i32> rows }
