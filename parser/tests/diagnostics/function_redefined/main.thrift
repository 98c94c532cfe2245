include "base.thrift"
service Middle extends base.Base { void other() }
service Top extends Middle {
  i32 ping()
  void other()
}
service Sibling extends Middle { void mine() }
service Nephew extends Sibling { void mine() }
