-- Fails on purpose: what is told of failures is compiled, too.
select * from {{ ref('all_columns') }} where ordered_on > '2024-01-02'
