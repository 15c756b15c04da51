module modern

go 1.23
