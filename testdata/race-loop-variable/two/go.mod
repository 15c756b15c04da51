module two

go 1.21
