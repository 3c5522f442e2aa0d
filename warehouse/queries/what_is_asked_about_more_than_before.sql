-- Which topics rose most against the twelve months before?
-- n_more_than_expected is n_exchanges less what the share of the twelve months before would give in n_exchanges_total, the exchanges
-- of the month, source and language; lift is the ratio of the two shares (null where the topic was absent before). The order by the
-- difference keeps a rare topic of a thin month from the top. Months whose year before is not held here are left out.
-- Narrow it: and month >= '2020-01-01', and source_id = 'mfa-en', and share_of_expected_days > 0.5 (months that are held well).
select
    month,
    source_id,
    language,
    topic,
    n_exchanges,
    n_exchanges_total,
    round(n_exchanges - share_year_before * n_exchanges_total, 1) as n_more_than_expected,
    round(share_of_exchanges, 3) as share_of_exchanges,
    round(share_year_before, 3) as share_year_before,
    round(lift, 1) as lift,
    round(share_of_expected_days, 3) as share_of_expected_days
from marts.topic_trends
where n_exchanges > share_year_before * n_exchanges_total
order by n_more_than_expected desc, month desc, source_id, language, topic
limit 30;
