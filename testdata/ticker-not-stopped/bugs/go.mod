module bugs

go 1.22
