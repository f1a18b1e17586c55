"""Letters before there is a circle: referrals and requests, sealed to the organisation they are for."""
