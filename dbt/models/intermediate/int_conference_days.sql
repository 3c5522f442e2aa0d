with

-- Whole months, from the first to the last with a document of any ministry.
span as (
    select
        min(month) as first_day,
        last_day(max(month)) as last_day
    from {{ ref('int_documents') }}
    where state_iso3 is not null
),

days as (
    select cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as day
    from span
),

scheduled as (
    select
        schedule.state_iso3,
        days.day,
        schedule.is_recess_recorded
    from days
    inner join {{ ref('conference_schedule') }} as schedule
        on days.day between schedule."from" and coalesce(schedule."to", days.day)
    where list_contains(string_split(schedule.iso_weekdays, '|'), cast(extract(isodow from days.day) as varchar))
),

-- The calendar is of China's ministry. It also records what was no recess: February 2020, held online, and the summer of 2020,
-- without a break.
recess_days as (
    select distinct
        'CHN' as state_iso3,
        days.day
    from days
    inner join {{ ref('recess') }} as recess on days.day between recess."from" and recess."to"
    where recess.status not like '%conferences exist%' and recess.resume is not null
)

select
    scheduled.state_iso3,
    scheduled.day,
    cast(date_trunc('month', scheduled.day) as date) as month,
    scheduled.is_recess_recorded,
    recess_days.day is not null as is_recess
from scheduled
left join recess_days using (state_iso3, day)
order by scheduled.state_iso3, scheduled.day
