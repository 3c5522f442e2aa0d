-- Press conferences of China's ministry on days on which none was due, and two of one source on one day: the date in a title may be
-- wrong, or a recess may not be in the seed. 8 October 2022 was a Saturday with a conference.
{{ config(severity='warn') }}
with

conferences as (
    select
        document_id,
        source_id,
        state_iso3,
        briefing_date,
        count(*) over (partition by source_id, language, briefing_date) as n_that_day
    from {{ ref('int_documents') }}
    where kind = 'press_conference' and state_iso3 = 'CHN'
)

select
    conferences.document_id,
    conferences.briefing_date,
    case when conferences.n_that_day > 1 then 'two on one day' else 'none was due' end as problem
from conferences
left join {{ ref('int_conference_days') }} as days
    on conferences.state_iso3 = days.state_iso3 and conferences.briefing_date = days.day
where
    (conferences.n_that_day > 1 or days.day is null or days.is_recess)
    and conferences.briefing_date != date '2022-10-08'
