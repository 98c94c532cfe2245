include "nowhere.thrift"
include "mistakes.thrift"
include "ring.thrift"

struct Uses {
    1: mistakes.Person person
    2: mistakes.Nobody nobody
    3: elsewhere.Thing thing
}
