module types

go 1.24
