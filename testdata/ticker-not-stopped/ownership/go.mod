module ownership

go 1.22
