module libraries

go 1.26

require (
	github.com/jackc/pgx/v5 v5.0.0
	github.com/jmoiron/sqlx v0.0.0
)

replace (
	github.com/jackc/pgx/v5 => ./modules/pgx
	github.com/jmoiron/sqlx => ./modules/sqlx
)
