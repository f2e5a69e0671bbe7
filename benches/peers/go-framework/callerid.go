package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// callerIDType is a string that compares by its digits.
type callerIDType struct {
	basetypes.StringType
}

type callerID struct {
	basetypes.StringValue
}

var (
	_ basetypes.StringTypable                    = callerIDType{}
	_ basetypes.StringValuableWithSemanticEquals = callerID{}
)

func (t callerIDType) Equal(other attr.Type) bool {
	same, ok := other.(callerIDType)
	return ok && t.StringType.Equal(same.StringType)
}

func (callerIDType) String() string { return "callerIDType" }

func (callerIDType) ValueFromString(_ context.Context, value basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return callerID{StringValue: value}, nil
}

func (t callerIDType) ValueFromTerraform(ctx context.Context, value tftypes.Value) (attr.Value, error) {
	text, err := t.StringType.ValueFromTerraform(ctx, value)
	if err != nil {
		return nil, err
	}
	base, ok := text.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", text)
	}
	return callerID{StringValue: base}, nil
}

func (callerIDType) ValueType(context.Context) attr.Value { return callerID{} }

func (callerID) Type(context.Context) attr.Type { return callerIDType{} }

func (v callerID) Equal(other attr.Value) bool {
	same, ok := other.(callerID)
	return ok && v.StringValue.Equal(same.StringValue)
}

func (v callerID) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	same, ok := other.(callerID)
	return ok && digits(v.ValueString()) == digits(same.ValueString()), nil
}

func digits(text string) string {
	return strings.Map(func(character rune) rune {
		if character < '0' || character > '9' {
			return -1
		}
		return character
	}, text)
}
