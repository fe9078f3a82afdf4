"""Heads: ours, a user's FLAME file, and the names of their shapes (DESIGN, contract: heads)."""

from .head import HEAD as HEAD
from .head import JAW as JAW
from .head import JOINT_NAMES as JOINT_NAMES
from .head import LEFT_EYE as LEFT_EYE
from .head import RIGHT_EYE as RIGHT_EYE
from .head import Head as Head
from .head import lip_gap as lip_gap
from .head import read as read
from .head import skinned as skinned
from .head import write as write
from .loading import FOLDER as FOLDER
from .loading import OWN as OWN
from .loading import load as load
