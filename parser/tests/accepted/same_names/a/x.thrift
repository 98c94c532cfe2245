struct OnlyA {}
struct Both {}
