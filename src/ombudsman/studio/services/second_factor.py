"""Who must have a second factor, and has none yet?

Such a person can sign in, for nobody could set it up otherwise, and until then can do nothing else. By default it is
asked of those by whom a thief would come to secrets and to rights: administrators, and whoever may change the
connections of a project. Who signs in by a provider is asked for one there, if at all.
"""

from ombudsman.studio.persistence.entities.users import User
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import RIGHTS, Permission, Role
from ombudsman.studio.settings import AskedOf

_KEEPERS = RIGHTS[Permission.CONNECTION_WRITE]


def owes_second_factor(unit: Unit, user: User, required: AskedOf) -> bool:
    """Whether this user must have a second factor, being one of those of whom it is `required`, and has none."""
    if user.otp_since is not None or user.issuer is not None:
        return False
    match required:
        case "nobody":
            return False
        case "administrators":
            return user.role == Role.ADMINISTRATOR
        case "stewards":
            return user.role == Role.ADMINISTRATOR or unit.projects.has_any(user.id, _KEEPERS)
        case "everybody":
            return True
