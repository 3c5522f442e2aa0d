-- Turns of a document are numbered 0, 1, 2, … and follow each other on the page; so are its exchanges.
select
    document_id,
    'turns' as relation,
    count(*) as n_rows
from (
    select
        document_id,
        turn_index,
        start_char,
        lag(end_char, 1, 0) over (partition by document_id order by turn_index) as end_char_before,
        row_number() over (partition by document_id order by turn_index) - 1 as expected_index
    from {{ ref('stg_turns') }}
) as numbered
where turn_index != expected_index or start_char < end_char_before
group by document_id
union all
select
    document_id,
    'exchanges' as relation,
    count(*) as n_rows
from {{ ref('stg_exchanges') }}
group by document_id
having max(exchange_index) + 1 != count(*) or min(exchange_index) != 0 or count(distinct exchange_index) != count(*)
