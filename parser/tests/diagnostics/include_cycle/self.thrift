include "./self.thrift"
