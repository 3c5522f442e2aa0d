-- Which topics rose most against the twelve months before, and how complete is the month?
select
    month,
    topic,
    n_exchanges,
    n_exchanges_total,
    share_of_exchanges,
    share_year_before,
    lift,
    share_of_expected_days
from marts.topic_trends
where n_exchanges > 0
order by lift desc nulls last, n_exchanges desc, month, topic
limit 20;
