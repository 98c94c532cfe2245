// Before it was a base type, people had types of this name.
typedef binary uuid

struct Device {
    1: uuid id
    2: list<uuid> others
}
