struct Link { 1: required Link2 link }
struct Link2 { 1: required Link link }
