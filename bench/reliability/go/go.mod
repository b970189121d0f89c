module endings

go 1.20
