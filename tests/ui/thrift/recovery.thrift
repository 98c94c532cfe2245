struct Item { 1: string key, 2 i64 size, 3: optional Color color }

enum Color { RED = 1, GREEN 2, BLUE = 3 }

union Value { 1: i64 number, 2: string text 3 Item item }

exception Missing { 1: string key; 2: required }

service Store {
  Item get(1: string key) throws (1: Missing missing)
  void put(1: string key, 2 Value value, 3: bool replace) throws (1: Missing missing)
  i32 size(1: Color color
  oneway void clear()
  list<Item all(1: i32 limit)
  bool has(1: string key)
}
