"""Regular expressions of what a clause states exactly: lengths, turns, sides, moves; on its normalized words."""

import re

# What a length measures, by the words around it (# is the length itself); the first match counts.
MOVES = r"\b(?:moves?|steps?|comes?|goes?|walks?|draws?|leans?)"
LENGTH_ROLES = [
    ("nothing", r"\b(?:film|filmed|shot|lens|focal)\b.*#|# (?:film|lens|lenses|camera)\b|# ?(?:/|per )"),
    ("nothing", r"# (?:run|walk|hike|drive|race|march|swim|gun)\b"),
    ("raise", r"\bon (?:a|an|the) (?:\w+.* )?# high\b"),
    ("eyes", r"eyes? .*#|# (?:above|off|over|from) the (?:floor|ground)|eye.level|eye.height"),
    ("stature", r"# (?:tall|high)\b|\bheight\b.*#|#.*\bheight\b|\bmeasures? #|\bstature"),
    ("raise", r"on (?:a|an|the|top of) .*(?:box|crate|step|platform|podium|stage|pedestal|ladder|book|plinth)"),
    ("taller", r"# (?:taller|higher|bigger|above|over|up)\b.*(?:than|above|over|person)"),
    ("shorter", r"# (?:shorter|lower|smaller|below|beneath|under|down)\b.*(?:than|below|beneath|under|person)"),
    ("raise", r"# (?:taller|higher|bigger|up\b|upwards)|\b(?:raise|lift|raised|lifted)\b|(?:taller|higher) by"),
    ("lower", r"# (?:shorter|lower|smaller|down\b)|^lower |\b(?:lowered|sink|sinks)\b|(?:shorter|lower) by"),
    ("distance", r"\bto (?:about |around |exactly |roughly |only )?#|(?:no|not) (?:closer|further|farther) than"),
    ("left", r"#.* (?:to the )?left\b|left by #"),
    ("right", r"#.* (?:to the )?right\b|right by #"),
    ("closer", r"closer|nearer|less (?:distance|space)|\b(?:reduce|shorten|decrease)\b"),
    ("closer", r"\b(?:bring|move|push|pull|put|come|comes|get)\b.*\btogether"),
    ("closer", MOVES + r" (?:# )?(?:in|up|forwards?|towards?|up to|to (?:the other|one) person)\b"),
    ("further", r"further|farther|wider|# more\b|more (?:distance|space)|\b(?:retreats?|increase|widen|backwards?)\b"),
    ("further", MOVES + r" (?:# )?back\b|\btakes? # back\b|\bbacks? (?:off|away|up)\b"),
    ("further", MOVES + r" (?:one person |the other person |them )?(?:# )?(?:away|off|apart by)\b"),
    ("distance", r""),
]
LENGTH_ROLES = [(role, re.compile(pattern)) for role, pattern in LENGTH_ROLES]

NOT_A_TURN = re.compile(
    r"celsius|fahrenheit|outside|fever|\bhot\b|\bcold\b|# [cf]\b|\btilt|\bnod|# (?:up|down)|upwards|downwards"
)
TO_EACH_OTHER = re.compile(
    r"# ?(?:angle )?to (?:each other|one another)(?!'s)|between (?:them|their|the two)|angle of # to (?:each|one)"
)
TURNING = re.compile(
    r"\b(?:turn|turns|rotate|rotates|swivel|swivels|pivot|pivots|twist|twists|by|more|further|another)\b"
)
TURNS = [  # direction: a sign in the own rest axes, or a target in the room
    ("left", re.compile(r"counter-?\s?clockwise|anti-?\s?clockwise")),
    ("right", re.compile(r"clockwise")),
    (
        "backdrop",
        re.compile(r"away from (?:the )?(?:camera|audience|viewer|lens|public)|upstage|to the back(?:drop|ground)"),
    ),
    ("camera", re.compile(r"camera|audience|viewer|lens|public|downstage|outwards?\b|spectators")),
    (
        "partner",
        re.compile(
            r"inwards?|(?:towards?|to|at) (?:each other|one another|the other person|the partner|one person)\b(?!'s)"
        ),
    ),
    ("left", re.compile(r"\bleft")),
    ("right", re.compile(r"\bright(?! angle)")),
    ("camera", re.compile(r"")),
]

FACING_VALUE = re.compile(r"\bfacing(?: angle)?(?: is| of| at| to|:| =)? ?#")

# A turn without a number: "turns a little to the left"
TURN_SIDE = re.compile(
    r"\b(?:turns?|rotates?|swivels?)(?: (?:one|the other) person)?((?: [a-z]+){0,3}?)"
    r" (?:to|towards) (?:the|their|his|her) (?:own )?(left|right)\b(?! (?:of|one|person|man|woman|side))"
    r"|\b(?:turns?|rotates?)((?: [a-z]+){0,2}?) (left|right)$"
)
TURN_SIZES = [(15.0, r"bit|little|slightly|touch|somewhat"), (60.0, r"\blot|far|much|strongly|sharply"), (30.0, r"")]

FACTORS = [
    (2.0, r"\btwice\b|\bdoubl(?:e|es|ed|ing)\b"),
    (3.0, r"\bthrice\b|\btripl(?:e|es|ed|ing)\b"),
    (4.0, r"\bquadrupl(?:e|es|ed)\b"),
    (0.5, r"\bhal(?:ve|ves|ved|ving)\b|\bhalf (?:as|the|of the|that|their|its)\b|\bin half\b"),
    (1 / 3, r"\b(?:a|one) third (?:as|of the|the)\b"),
    (1.5, r"\bhalf as (?:far|much|long) again\b"),
]
FACTORS = [(factor, re.compile(pattern)) for factor, pattern in FACTORS][::-1]
FAR = re.compile(r"\bfar\b|apart|\bdistan|\bgap\b|\bspace\b|\bspacing\b|\baway\b|further|farther")
NEAR = re.compile(r"\bclose|\bnear")
GAZE = re.compile(r"\blook|\beye|\bgaz|\bcontact|\bstar(?:e|es|ing)\b|\bwatch|\bglanc|\bsee|\bfac(?:e|es|ing)\b")
LOOKS_UP_OR_DOWN = re.compile(
    r"\b(?:look|gaz|glanc|star)(?:e?s|ed|ing|e)? (?:up|down)\b(?! (?:to|from|at) (?:one|the other) person)(?! from)"
)
AVERTED = re.compile(r"\baway\b|\bavoid|\bavert|\bnot\b|n't\b|\bdown\b|\bfloor\b|\belsewhere\b")

SIDE = re.compile(
    r"\b(?:on|at|to) (?:the )?(?:far )?(stage |camera |screen |picture |frame )?(left|right)\b"
    r"(?!-?handed| (?:hand|eye|shoulder|arm|ear|knee|foot)\b)"
    r"|^one person (?:is |stands |sits |standing |seated )?()(left|right)$|^()(left|right)(?:[ :]+)one person$"
)
NO_SIDE = re.compile(r"\b(?:turn|look|gaz|star|fac|glanc|rotat|lean|tilt|point|mov|step|shift|slid)\w*")
SWAP = re.compile(
    r"\b(?:swap|switch|exchang|trad|chang|revers|flip)(?:e|s|es|d|ed|ped|ping|ing)?\b.*"
    r"\b(?:places?|seats?|sides?|positions?|spots?|chairs?|ends|them|left and right|a and b)\b"
    r"|^(?:swap|switch)(?:ped)?$"
)
NAMED = re.compile(r"\b(distance|energy|warmth|contact)\s*(?:of|to|at|is|=|:)?\s*(-?(?:\d+(?:[.,]\d+)?|[.,]\d+))")
