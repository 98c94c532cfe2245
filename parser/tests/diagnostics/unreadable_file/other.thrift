// The case asks for main.thrift, which is not here.
