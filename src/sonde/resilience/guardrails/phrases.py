"""What attacks say: the signals of `injection`, as data. Weights come from trying them on ordinary texts."""

# ruff: noqa: E501 — a pattern that is cut in two is harder to read than a long line

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signal:
    """A pattern, what it is a sign of, and how strong a sign."""

    kind: str
    weight: float
    pattern: str
    """RE2 syntax, any case."""


def _says(kind: str, weight: float, pattern: str) -> Signal:
    return Signal(kind, weight, f"(?i:{pattern})")


_VERB = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?(?: about)?|overlook|overrid(?:e|ing)|bypass|neglect"
    r"|discard|pay no attention to|(?:do not|don['’]t|stop|never) (?:follow|obey|listen to)(?:ing)?)"
)
_FILLER = r"(?:(?:all|any|every(?:thing)?|each|of|the|your|my|our|these|those|that|other|and|or|from|in|to)\s+){0,4}"
_EARLIER = r"(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|initial|original|system|existing|former|past)"
_ORDERS = r"(?:instruction|prompt|directive|direction|programming|command|order)s?"
_RULES = r"(?:guideline|rule|message|text|context|constraint|policy|policie|content|information|restriction|training|statement|input|task|assignment|request)s?"
_REVEAL = (
    r"(?:reveal|show|print|repeat|output|display|tell (?:me|us)|give (?:me|us)|what(?:['’]s| is| are| was| were)"
    r"|write (?:out|down)|leak|expose|dump|disclose|share|return|recite|spell|summari[sz]e|translate|echo|copy|quote)"
)

SIGNALS = (
    _says(
        "override",
        0.9,
        rf"\b{_VERB}\s+{_FILLER}{_EARLIER}\s+(?:\w+\s+){{0,2}}?{_ORDERS}\b"
        rf"|\b{_VERB}\s+{_FILLER}{_ORDERS}\s+(?:(?:that (?:were|was|came|are)|given|provided|you (?:were|have been)"
        rf" given|you (?:have )?(?:received|got|had|have))\s+)?(?:above|before|earlier|previously|so far|prior)\b"
        rf"|\b{_VERB}\s+(?:all (?:of )?)?your\s+(?:\w+\s+)?{_ORDERS}\b"
        r"|\b(?:forget|ignore|disregard)\s+(?:everything|all|anything)\s+(?:that\s+)?(?:(?:you\s+(?:were|have been) (?:told"
        r"|taught|instructed)|I\s+(?:told|said)|we\s+(?:said|discussed))(?:\s+\w+){0,2}|(?:above|before this))",
    ),
    _says(
        "override of rules",
        0.55,
        rf"\b{_VERB}\s+{_FILLER}{_EARLIER}\s+(?:\w+\s+){{0,2}}?{_RULES}\b"
        rf"|\b{_VERB}\s+(?:all (?:of )?)?your\s+(?:\w+\s+){{0,2}}?{_RULES}\b"
        r"|\bforget\s+(?:everything|all)\b",
    ),
    _says(
        "orders in another language",
        0.9,
        r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missachte\w*)\s+(?:bitte\s+)?(?:\S+\s+){0,3}?(?:vorherig|bisherig"
        r"|obig|vorangegangen|vorhergehend|frühere|ursprünglich|all)\w*\s+(?:\w+\s+){0,2}?(?:anweisung|instruktion"
        r"|anleitung|vorgabe|befehl|aufgabe|anordnung)\w*"
        r"|\b(?:ignor|oubli)\w+\s+(?:toutes\s+)?(?:les|tes|vos|ces)\s+(?:instructions|consignes|directives|ordres)\s+"
        r"(?:précédent|antérieur|ci-dessus|initial|donné)\w*"
        r"|\b(?:ignor|olvid)\w+\s+(?:\w+\s+)?(?:tod[ao]s?\s+)?(?:las|tus|sus|los)\s+(?:instrucciones|indicaciones"
        r"|órdenes|directrices)\s+(?:anterior|previ|inicial|de arriba)\w*"
        r"|\b(?:ignor|esque[çc])\w+\s+(?:todas\s+)?(?:as|suas)\s+(?:instruções|ordens|orientações)\s+(?:anterior|prévi)\w*"
        r"|\b(?:ignor|dimentic)\w+\s+(?:tutte\s+)?(?:le|tue)\s+(?:tue\s+)?istruzioni\s+(?:precedent|prim|sopra|inizial)\w*"
        r"|(?:игнорируй|забудь|проигнорируй)\S*\s+(?:\S+\s+){0,2}?(?:предыдущ|прежн|вышеуказанн|все)\S*\s+(?:\S+\s+)?"
        r"(?:инструкц|указан|команд)\S*"
        r"|(?:忽略|忽视|无视|無視|忘记|忘記|忽視).{0,10}?(?:之前|以上|上面|先前|前面|所有).{0,6}?(?:指令|指示|提示|说明|規則|规则|命令|内容)"
        r"|(?:以前|これまで|上記|前|すべて)の.{0,8}?(?:指示|命令|プロンプト|ルール).{0,4}?(?:無視|忘れ)"
        r"|(?:이전|위의|앞의|모든).{0,8}?(?:지시|명령|프롬프트).{0,6}?(?:무시|잊)",
    ),
    _says(
        "freed persona",
        0.8,
        r"\bdo anything now\b|\b(?:you are|act as|you['’]re|become|be|called|named)\s+(?:now\s+)?[\"'“]?DAN\b"
        r"|\b(?:unrestricted|unfiltered|uncensored|amoral|jailbroken|unaligned)\s+(?:and\s+\w+\s+)?(?:ai|assistant|chatbot"
        r"|model|language model|persona|version|mode)\b"
        r"|\b(?:enter|enable|activate|switch to|simulate|turn on)\s+(?:\w+\s+){0,3}?(?:developer|jailbreak|god|admin|debug|sudo)"
        r" mode\b|\b(?:jailbreak|god) mode\b"
        r"|\b(?:you\s+(?:have|are)|has|have|with|free (?:of|from)|without)\s+(?:been freed (?:of|from)|no|not? bound by|any|all)"
        r"\s+(?:(?:ethical|moral|safety|content|legal|usual|typical)(?:\s+(?:or|and)\s+\w+)?\s+){1,2}"
        r"(?:guideline|filter|restriction|limit|constraint|rule|boundar|principle|polic)\w*",
    ),
    _says(
        "new role",
        0.35,
        r"\b(?:from now on|starting now|from this point (?:on|forward))\W+(?:you|your|act|respond|answer|only|ignore)\b"
        r"|\byou (?:are|will|must|shall) now\b|\bpretend\s+(?:that\s+)?(?:you|to be)\b"
        r"|\byou are no longer\b|\byour new (?:role|task|name|goal|objective|identity|job|mission)\b",
    ),
    _says(
        "prompt theft",
        0.8,
        rf"\b{_REVEAL}\s+(?:\w+\s+){{0,6}}?(?:your|the model['’]s)\s+(?:\w+\s+){{0,3}}?(?:system|initial|original|hidden|secret|internal"
        rf"|developer|confidential|full|exact|complete|underlying)\s+(?:\w+\s+)?(?:prompt|instruction|message|directive|rule|guideline|configuration)s?\b"
        rf"|\b{_REVEAL}\s+(?:\w+\s+){{0,4}}?your\s+(?:prompt|instructions)\b"
        r"|\brepeat\s+(?:\w+\s+){0,3}?(?:everything|words|text|sentences?|all)\s+(?:\w+\s+){0,2}?(?:above|before)\b"
        r"|\b(?:repeat|output|print|show|reveal|copy|encode|translate)\s+(?:\w+\s+){0,2}?the\s+(?:text|instructions?|words|messages?|prompt)\s+"
        r"(?:above\s+in\s+full|(?:that\s+)?you\s+(?:were|have\s+been)\s+(?:\w+\s+)?(?:given|told|provided))"
        r"|\bwhat\s+(?:were|have|are)\s+you\s+(?:been\s+|not\s+(?:supposed|allowed)\s+to\s+)?(?:told|instructed|tell\s+me)\b"
        r"|\b(?:encode|encrypt|rot13|base64)\s+(?:\w+\s+){0,2}?(?:your|the)\s+(?:system|initial)\s+(?:prompt|instructions?)"
        r"|\byour\s+(?:starting|first|opening)\s+(?:instructions?|prompt)\b|\beverything\s+in\s+(?:the|your)\s+(?:system\s+)?prompt\b",
    ),
    _says(
        "talk of the system prompt",
        0.4,
        rf"\b{_REVEAL}\s+(?:\w+\s+){{0,4}}?(?:system|initial|hidden|secret|developer)\s+(?:prompt|instruction|message|directive)s?\b",
    ),
    _says(
        "forged structure",
        0.75,
        r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|end_of_turn)\|>"
        r"|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>",
    ),
    _says(
        "forged headings",
        0.5,
        r"(?:^|\n)\s*(?:#{1,4}|\*\*|\[|<|-{2,}|={2,})\s*(?:new\s+|updated?\s+)?(?:system|developer|admin(?:istrator)?)"
        r"(?:\s+(?:prompt|message|instructions?|override|note|update|alert))?\s*(?:\*\*|\]|>|-{2,}|={2,}|:)"
        r"|\b(?:new|updated|real|actual|hidden|secret)\s+(?:system\s+)?(?:instructions?|prompt|directives?)\s*:"
        r"|\bend of (?:the )?(?:user |system )?(?:input|prompt|document|context|instructions)\b",
    ),
    _says(
        "word to the machine",
        0.5,
        r"\b(?:attention|important|note|message|instructions?|notice|memo)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:ai|llm|language model|chatbot"
        r"|gpt|ai (?:assistant|agent|model|system)|large language model)s?\b"
        r"|\bif you are (?:an?\s+)?(?:ai|llm|language model|large language model|chatbot|ai \w+)\b"
        r"|\bhey,?\s+(?:chatgpt|gpt|claude|gemini|copilot|assistant|ai)\b",
    ),
    _says(
        "behind the user's back",
        0.6,
        r"\b(?:do not|don['’]t|never|without)\s+(?:ever\s+)?(?:tell|telling|mention|mentioning|inform|informing|alert|alerting"
        r"|notify|notifying|let|letting|warn|warning)\s+(?:this\s+|it\s+|that\s+)?(?:\w+\s+){0,3}?(?:the\s+)?user\b",
    ),
    _says(
        "data carried out",
        0.6,
        r"!\[[^\]\n]{0,200}\]\(\s*https?://[^)\s]{1,300}[?&/=](?:\{|%7B|\$\{|<|\[)[^)\n]{1,200}\)"
        r"|\b(?:send|forward|post|upload|exfiltrate|transmit|e-?mail)\s+(?:\w+\s+){0,6}?(?:api keys?|passwords?|credentials|secrets?|tokens?"
        r"|conversation(?: history)?|chat history|system prompt)\s+(?:\w+\s+){0,3}?to\s+(?:https?://|[\w.+-]+@|www\.)",
    ),
    _says(
        "encoded orders",
        0.6,
        r"\b(?:decode|decrypt|deobfuscate|base64|rot13)\b[^.\n]{0,60}\b(?:and|then)\s+(?:follow|execute|obey|do (?:what|as)|carry out|run|perform|comply)\b",
    ),
    _says(
        "freed persona",
        0.8,
        r"\bfree (?:of|from) (?:all |any |the |its |their |my |usual |typical |normal ){1,3}(?:confines|restrictions|rules|filters"
        r"|limitations|constraints|censorship|shackles)\b"
        r"|\bbroken free (?:of|from)\b|\b(?:not|n['’]t|no longer) (?:have to |need to |required to |going to )?(?:abide by|bound by"
        r"|follow|adhere to|obey|comply with) (?:any |the |its |openai['’]?s? |usual |typical )*(?:rules|ethic|moral|content polic|polic"
        r"|guidelines|norms|limitations|restrictions)"
        r"|\bDAN mode\b",
    ),
    _says(
        "no refusals",
        0.45,
        r"\b(?:never|not|cannot|can['’]?t|won['’]?t|unable to)\s+(?:\w+\s+){0,2}?(?:refuses?|reject|decline|deny)\s+(?:\w+\s+){0,4}?(?:requests?"
        r"|questions?|answers?|prompts?|tasks?|users?|anything|what|to)\b"
        r"|\bno matter (?:how|if|what|whether)\b[^.\n]{0,40}\b(?:unethical|illegal|immoral|dangerous|offensive|harmful|inappropriate)"
        r"|\bregardless of (?:its |their |the )?(?:legality|morality|ethic|moral|harm|consequence)"
        r"|\bwithout (?:any )?(?:remorse|morals?|ethics|censorship|warnings? or|disclaimers?)\b",
    ),
    _says(
        "talk of the provider's rules",
        0.35,
        r"\b(?:openai|chatgpt|anthropic|gpt-?\d?)(?:['’]s)?\s+(?:\w+\s+){0,2}?(?:polic|guideline|rules|restriction|limitation|filter|terms)"
        r"|\bjailbr(?:eak|oken)|\b(?:stay|remain) in (?:your )?character\b|\bcontent polic",
    ),
)
