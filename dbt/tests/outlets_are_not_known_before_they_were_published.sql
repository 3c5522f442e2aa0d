-- The ministry's pages name the asking outlet from 24 March 2020 on. One row per document with outlets before: a few pages misdated
-- in their title are a warning, so that they do not hold up every later night; more are a fault of the parser.
{{ config(warn_if='> 0', error_if='> 20') }}
select
    document_id,
    briefing_date,
    count(*) as n_exchanges,
    any_value(outlet) as outlet
from {{ ref('stg_exchanges') }}
where outlet is not null and briefing_date < date '2020-03-24'
group by all
