# All numbers of the account, and those of one area code.
data "wavix_phone_numbers" "all" {}

data "wavix_phone_numbers" "huntsville" {
  search = "1256"
}

output "huntsville" {
  value = data.wavix_phone_numbers.huntsville.phone_numbers[*].number
}

# Numbers without a destination still cost a monthly fee.
output "silent" {
  value = [
    for number in data.wavix_phone_numbers.all.phone_numbers : number.number
    if length(number.destinations) == 0
  ]
}

output "monthly_fees" {
  value = sum(data.wavix_phone_numbers.all.phone_numbers[*].monthly_fee)
}
