struct OnlyB {}
struct Both {}
