thriftly::thrift!(
    inline: "
        struct Person { 1: string name, 2: Address address, 3: list<Address> others }
        struct Address { 1: string city }
        struct Size { 1: i32 value }
        struct Color { 1: i32 value }
        union Contact { 1: Size size, 2: string mail }
        service Shop { Color buy(1: i32 price) }
        const i32 LIMIT = 1
    ",
    only: ["Person.{name, adress}", "Persn.name", "Person", "Contact.mail"],
    skip: ["Adress", "Address.town", "Size", "Color", "Shop.buy", "LIMIT", "Contact.mail"],
    lazy: ["Person.adress", "Contact.mail", "Size", "Shop.buy.price"],
);

thriftly::thrift!(inline: "struct S { 1: i32 a }", only: ["S{a}"]);

thriftly::thrift!(inline: "struct T { 1: i32 a }", skip: { "T.a": b });

fn main() {}
