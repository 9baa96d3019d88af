"""What requests and answers look like, one file per noun.

In JSON: times are RFC 3339 text in UTC with up to nine digits of the second; amounts of money are decimal
text; a 64-bit number that can exceed 2^53 is text; unknown is ``null``, never 0; counts are numbers.
"""
