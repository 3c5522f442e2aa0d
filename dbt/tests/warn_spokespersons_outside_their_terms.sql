-- Answers more than seven days outside every term of the speaker: a wrong date or a wrong name. Terms that are known by the year or
-- month last to its end.
{{ config(severity='warn') }}
with

terms as (
    select
        entity_id,
        cast("from" || substr('-01-01', length("from") - 3) as date) as first_day,
        coalesce(
            case length("to")
                when 4 then cast("to" || '-12-31' as date)
                when 7 then last_day(cast("to" || '-01' as date))
                else cast("to" as date)
            end,
            date '9999-12-31'
        ) as last_day
    from {{ ref('spokespersons') }}
)

select
    exchanges.exchange_id,
    exchanges.briefing_date,
    exchanges.spokesperson
from {{ ref('int_exchanges') }} as exchanges
where
    exchanges.spokesperson_id is not null
    and not exists (
        select 1 from terms
        where
            terms.entity_id = exchanges.spokesperson_id
            and exchanges.briefing_date between terms.first_day - 7 and terms.last_day + 7
    )
