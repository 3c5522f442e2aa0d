-- Do spokespersons differ in style, once it is allowed for that each served in other years?
-- share_confrontational and share_non_reply are of n_answers, the answers of the spokesperson. expected_… is the share that all
-- speakers of the same source and language had in the same years, weighed by the years of this one's answers; …_difference is what is
-- left for the person. With fewer than some hundred answers, or where one person gave nearly all answers of a year
-- (share_of_years_answers near 1), the difference says little.
-- Narrow it: where year >= 2018, where language = 'en' in `years`.
with

years as (
    select
        *,
        sum(n_confrontational) over (partition by year, source_id, language) / n_answers_total as year_share_confrontational,
        sum(n_non_reply) over (partition by year, source_id, language) / n_answers_total as year_share_non_reply
    from marts.spokesperson_activity
    where n_answers_total > 0
)

select
    source_id,
    language,
    spokesperson,
    sum(n_answers) as n_answers,
    round(sum(n_answers) / sum(n_answers_total), 3) as share_of_years_answers,
    round(sum(mean_answer_characters * n_answers) / sum(n_answers), 0) as mean_answer_characters,
    round(sum(n_confrontational) / sum(n_answers), 3) as share_confrontational,
    round(sum(year_share_confrontational * n_answers) / sum(n_answers), 3) as expected_confrontational,
    round(sum(n_confrontational - year_share_confrontational * n_answers) / sum(n_answers), 3) as confrontational_difference,
    round(sum(n_non_reply) / sum(n_answers), 3) as share_non_reply,
    round(sum(year_share_non_reply * n_answers) / sum(n_answers), 3) as expected_non_reply,
    round(sum(n_non_reply - year_share_non_reply * n_answers) / sum(n_answers), 3) as non_reply_difference,
    min(first_date) as first_date,
    max(last_date) as last_date
from years
where spokesperson is not null and n_answers > 0
group by source_id, language, spokesperson
order by source_id, language, n_answers desc, spokesperson;
