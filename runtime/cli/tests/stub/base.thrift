exception Refused { 1: string reason }
struct Page { 1: i32 number }

service Base {
    Page page(1: Page after) throws (1: Refused refused)
}
