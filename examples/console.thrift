/** What a line of an order is for. */
enum Unit {
    /** Single pieces. */
    PIECE = 1,
    KILOGRAM = 2,
    LITRE = 3,
}

struct Line {
    1: required string article,
    /** How much of it, in `unit`. */
    2: double amount = 1,
    3: Unit unit = Unit.PIECE,
}

union Payment {
    1: string voucher,
    /** In cents. */
    2: i64 cash,
}

struct Address {
    1: required string name,
    2: string street,
    3: optional string country,
}

struct Order {
    /** At least one. */
    1: required list<Line> lines,
    2: required Address delivery,
    3: optional Payment payment,
    4: map<string, string> notes,
    5: optional binary signature,
}

struct Receipt {
    1: i64 number,
    2: Order order,
}

/** The shop has no such article. */
exception SoldOut {
    1: string article,
}

/** A shop that takes orders. */
service Shop {
    /**
     * Orders something.
     * Each line is checked; an order with an empty article fails.
     */
    Receipt order(1: Order order) throws (1: SoldOut sold_out) (idempotent)

    /** The orders with these numbers. */
    map<i64, Order> find(1: set<i64> numbers)

    void cancel(1: i64 number) (deprecated = "orders are final")

    oneway void remark(1: string text)
}
