thriftly::thrift!(
    inline: "
        struct Person { 1: string phoneNumber }
        enum Size { SMALL }
        service Shop { void buy(1: i32 price) }
    ",
    names: {
        "Persn": "Human",
        "Person.phoneNumer": "phone",
        "Size.LARGE": "Large",
        "Shop.sell": "sell",
        "Shop.buy.prize": "price",
        "other.Person": "Human",
        "inline.Shp": "Store",
        "Person.phoneNumber.x": "y",
    },
    types: {
        "Persn": crate::Human,
        "Person.phoneNumer": u32,
        "Shop": crate::Shop,
        "Size.SMALL": i32,
        "Shop.buy": bool,
    },
);

fn main() {}
