SELECT arrayJoin(['Error', 'Ok', 'Unset']) AS Status
