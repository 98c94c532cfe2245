"""The client of the ThriftPy tutorial: sleep_client.py IDL PORT buffered|framed"""
import sys

import thriftpy2
from thriftpy2.rpc import make_client
from thriftpy2.transport import TBufferedTransportFactory, TFramedTransportFactory

sleep_thrift = thriftpy2.load(sys.argv[1], module_name="sleep_thrift")
factories = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}
client = make_client(sleep_thrift.Sleep, "127.0.0.1", int(sys.argv[2]),
                     trans_factory=factories[sys.argv[3]]())
client.sleep(1)
client.close()
